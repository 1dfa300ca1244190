import type { webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import { isUserGroup } from '../channels/address.ts';
import type { Clock } from '../domain/ports.ts';
import { faultOf } from './fault.ts';
import type { OperatorSettings } from './settings.ts';
import { withinTime } from './time-limit.ts';

/** Who may enter calls (P9). Supervisors may as well. */
export interface AllowList {
  allows(userId: string): Promise<boolean>;
}

interface Group {
  members: ReadonlySet<string>;
  /** When the members were last learnt, epoch ms; never is 0. */
  learntAt: number;
  /** After a failure Slack is not asked again before this, epoch ms, while an older list is at hand. */
  restUntil: number;
  asking: Promise<void> | undefined;
}

/**
 * User ids count as they stand; a user group (`S…`) counts for its members as Slack names them, believed for
 * `groupTtlMs`. While Slack does not answer, the last good list stays in force; without one nobody of the group
 * is let in. A list past half its time is asked for again in the background, so that nobody waits for it.
 */
export function createAllowList(deps: {
  /** `U…`, `W…` or `S…` ids: operators and supervisors together. */
  readonly entries: readonly string[];
  readonly slack: Pick<webApi.WebClient, 'usergroups'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'groupTtlMs' | 'slackTimeoutMs'>;
}): AllowList {
  const users = new Set(deps.entries.filter((entry) => !isUserGroup(entry)));
  const groups = new Map<string, Group>(
    deps.entries
      .filter(isUserGroup)
      .map((id) => [id, { members: new Set<string>(), learntAt: 0, restUntil: 0, asking: undefined }]),
  );

  async function ask(id: string, group: Group): Promise<void> {
    try {
      const answer = await deps.slack.usergroups.users.list({ usergroup: id });
      group.members = new Set(answer.users ?? []);
      group.learntAt = deps.clock().getTime();
    } catch (error) {
      deps.log.warn({ group: id, ...faultOf(error) }, 'the members of a user group are not known');
      group.restUntil = deps.clock().getTime() + deps.settings.groupTtlMs / 4;
    }
  }

  async function isMember(id: string, group: Group, userId: string): Promise<boolean> {
    const now = deps.clock().getTime();
    const age = now - group.learntAt;
    const mayAsk = group.learntAt === 0 || now >= group.restUntil;
    if (age > deps.settings.groupTtlMs / 2 && mayAsk) {
      group.asking ??= ask(id, group).finally(() => {
        group.asking = undefined;
      });
    }
    // Half of the time an answer may take is left for the entry itself.
    if (age > deps.settings.groupTtlMs && group.asking !== undefined) {
      await withinTime(group.asking, deps.settings.slackTimeoutMs / 2);
    }
    return group.members.has(userId);
  }

  return {
    allows: async (userId) => {
      if (users.has(userId)) return true;
      const memberships = await Promise.all([...groups].map(([id, group]) => isMember(id, group, userId)));
      return memberships.includes(true);
    },
  };
}
