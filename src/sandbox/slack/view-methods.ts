import type { Clock } from '../../domain/ports.ts';
import type { Limits } from '../limits.ts';
import { createWindowMeter } from '../meters.ts';
import { isObject } from './json.ts';
import { type Arguments, type MethodEntry, type MethodResult, refused } from './method.ts';
import type { Triggers } from './triggers.ts';
import { type ViewResult, type Views, viewJson } from './views.ts';
import type { Workspace } from './workspace.ts';

/** `views.*`. */
export function createViewMethods(deps: {
  readonly views: Views;
  readonly triggers: Triggers;
  readonly workspace: Workspace;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Whether the app's manifest has the home tab. */
  readonly homeTab: boolean;
}) {
  const { views, triggers, workspace, limits, clock } = deps;
  const published = createWindowMeter(limits.slackPublishes, limits.slackPublishWindowMs);

  function payloadOf(args: Arguments) {
    const view = args.structure('view');
    return view.ok && isObject(view.value) ? view.value : undefined;
  }

  function answer(result: ViewResult): MethodResult {
    if (result.ok) return { ok: true, view: viewJson(result.view) };
    return refused(result.error, result.messages);
  }

  /** `views.open` and `views.push`: the trigger is spent even when the view is then refused, as at Slack. */
  function show(args: Arguments, stacked: boolean): MethodResult {
    const payload = payloadOf(args);
    if (payload === undefined) return refused('invalid_arguments', ['[ERROR] missing required field: view']);
    const triggerId = args.text('trigger_id');
    if (triggerId === '') return refused('invalid_arguments', ['[ERROR] missing required field: trigger_id']);
    const trigger = triggers.spend(triggerId);
    if (!trigger.ok) return refused(trigger.error);
    const under = stacked ? views.find(trigger.viewId ?? '') : undefined;
    if (stacked && (under === undefined || !under.open || under.type === 'home')) return refused('not_found');
    return answer(views.show(payload, { userId: trigger.userId, triggerId, under: under ?? null }));
  }

  function update(args: Arguments): MethodResult {
    const payload = payloadOf(args);
    if (payload === undefined) return refused('invalid_arguments', ['[ERROR] missing required field: view']);
    const view = views.find(args.text('view_id')) ?? views.findByExternalId(args.text('external_id') || '\0');
    if (view === undefined) return refused('not_found');
    return answer(views.update(view, payload, args.text('hash')));
  }

  function publish(args: Arguments): MethodResult {
    const now = clock().getTime();
    const meter = published.take('workspace', now);
    if (!meter.passes) {
      return { ...refused('ratelimited'), retryAfter: Math.ceil((meter.resetAtMs - now) / 1000) };
    }
    const payload = payloadOf(args);
    if (payload === undefined) return refused('invalid_arguments', ['[ERROR] missing required field: view']);
    const userId = args.text('user_id');
    if (workspace.user(userId) === undefined) return refused('user_not_found');
    if (!deps.homeTab) return refused('not_enabled');
    return answer(views.publish(userId, payload, args.text('hash')));
  }

  const methods: Readonly<Record<string, MethodEntry>> = {
    'views.open': { run: (args) => show(args, false) },
    'views.push': { run: (args) => show(args, true) },
    'views.update': { run: update },
    'views.publish': { run: publish },
  };
  return { methods, reset: () => published.reset() };
}
