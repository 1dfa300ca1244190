import { DIGEST_LIMITS, partsOf } from '../domain/digest.ts';
import { buildDigest, callWeight, type DigestCall, type DigestFacts } from './digest.ts';
import type { Sample } from './samples.ts';
import { buildView, type ReportFacts } from './view.ts';

const TEMPLATES = ['flagged', 'unsure', 'message'] as const;

/** The fullest parts a digest is cut into, of each kind of call. */
export function digestSamples(calls: readonly (readonly [string, ReportFacts])[]): readonly Sample[] {
  return calls.flatMap(([name, facts]) =>
    // A flagged call has every line there is.
    (name === 'an everyday call' ? TEMPLATES : TEMPLATES.slice(0, 1)).map((template) => {
      const call: DigestCall = { template, view: buildView({ ...facts, reminder: false }) };
      const many = Array.from({ length: DIGEST_LIMITS.calls }, () => call);
      return {
        name: `${name}, ${template}`,
        view: buildDigest(factsOf(facts, partsOf(many, callWeight)[0] ?? [])),
      };
    }),
  );
}

function factsOf(facts: ReportFacts, calls: readonly DigestCall[]): DigestFacts {
  return { agency: facts.agency, client: facts.client, at: facts.occurredAt, part: '1/2', calls };
}
