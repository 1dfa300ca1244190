import type { webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Clock } from '../domain/ports.ts';
import { faultOf } from './fault.ts';
import type { OperatorSettings } from './settings.ts';
import { withinTime } from './time-limit.ts';

/** Operators' names as reports show them (受付). */
export interface OperatorNames {
  /** The name in Slack's profile; the account's own name while Slack does not tell. */
  nameOf(userId: string, accountName: string | undefined): Promise<string>;
}

const MOST_REMEMBERED = 1000;

export function createOperatorNames(deps: {
  readonly slack: Pick<webApi.WebClient, 'users'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'nameTtlMs' | 'nameTimeoutMs'>;
}): OperatorNames {
  const known = new Map<string, { readonly name: string; readonly at: number }>();
  const asking = new Map<string, Promise<void>>();

  async function ask(userId: string): Promise<void> {
    try {
      const { user } = await deps.slack.users.info({ user: userId });
      const name = [user?.profile?.display_name, user?.profile?.real_name, user?.real_name, user?.name]
        .map((candidate) => candidate?.trim())
        .find((candidate) => candidate !== undefined && candidate !== '');
      if (known.size >= MOST_REMEMBERED) known.clear();
      if (name !== undefined) known.set(userId, { name, at: deps.clock().getTime() });
    } catch (error) {
      deps.log.warn(faultOf(error), "an operator's name is not known");
    }
  }

  return {
    nameOf: async (userId, accountName) => {
      const name = known.get(userId);
      if (name === undefined || deps.clock().getTime() - name.at > deps.settings.nameTtlMs) {
        const answer = asking.get(userId) ?? ask(userId).finally(() => asking.delete(userId));
        asking.set(userId, answer);
        // An old name will do while the new one is on its way.
        if (name === undefined) await withinTime(answer, deps.settings.nameTimeoutMs);
      }
      return known.get(userId)?.name ?? accountName ?? userId;
    },
  };
}
