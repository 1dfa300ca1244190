import { Gauge, type Registry } from 'prom-client';

/** One number and the labels it stands under. Labels are codes, never names or ids of anybody (P10). */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A gauge that is read when it is asked for. Undefined shows nothing: a number nobody knows is not 0.
 *
 * @param read must not throw
 */
export function readGauge(
  registry: Registry,
  o: {
    readonly name: string;
    readonly help: string;
    readonly labelNames?: readonly string[];
    readonly read: () => Promise<readonly Sample[] | undefined> | readonly Sample[] | undefined;
  },
): void {
  new Gauge({
    name: o.name,
    help: o.help,
    labelNames: [...(o.labelNames ?? [])],
    registers: [registry],
    async collect() {
      const samples = (await o.read()) ?? [];
      this.reset();
      // A gauge without labels begins at 0 again; unknown must not look like nothing.
      if (samples.length === 0 && o.labelNames === undefined) this.set(Number.NaN);
      for (const { labels, value } of samples) this.set({ ...labels }, value);
    },
  });
}
