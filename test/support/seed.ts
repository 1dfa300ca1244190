import fc from 'fast-check';

/** One seed for every property, so that what failed once fails again; `FC_SEED` tries another. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_240_620) });
