import { asObject, isObject, parseJson } from './json.ts';
import type { AppAnswer } from './transport.ts';
import { errorTargets, type OpenView, type ViewResult, type Views } from './views.ts';

/** What pressing a modal's submit button came to. */
export type Submission =
  /** Slack itself held it back; the app was not asked. */
  | { readonly type: 'held_back'; readonly errors: Readonly<Record<string, string>> }
  /** The app refused it; messages by block id. Everything typed is still there. */
  | { readonly type: 'errors'; readonly errors: Readonly<Record<string, string>>; readonly answer: AppAnswer }
  /** This view is closed; the one below it, if any, shows again. */
  | { readonly type: 'closed'; readonly answer: AppAnswer }
  /** The whole stack is closed. */
  | { readonly type: 'cleared'; readonly answer: AppAnswer }
  | { readonly type: 'updated'; readonly answer: AppAnswer }
  | { readonly type: 'pushed'; readonly answer: AppAnswer }
  /** The modal was closed meanwhile, by another submission: Slack shows nothing of this answer. */
  | { readonly type: 'gone'; readonly answer: AppAnswer }
  /** Slack says that it had trouble connecting; the modal stays as it is. */
  | { readonly type: 'failed'; readonly reason: string; readonly answer: AppAnswer };

/** Does to the view what the app's answer to its submission says. */
export function settle(views: Views, view: OpenView, answer: AppAnswer): Submission {
  if (answer.type !== 'answered') return { type: 'failed', reason: answer.type, answer };
  if (answer.status !== 200) return { type: 'failed', reason: `status ${answer.status}`, answer };
  if (answer.body.trim() === '') {
    views.close(view, false);
    return { type: 'closed', answer };
  }
  const body = parseJson(answer.body);
  if (!isObject(body)) return { type: 'failed', reason: 'the answer is no JSON', answer };
  if (!view.open && body.response_action !== 'clear') return { type: 'gone', answer };
  switch (body.response_action) {
    case 'errors': {
      const errors = asObject(body.errors) as Readonly<Record<string, string>>;
      const targets = errorTargets(view);
      const unknown = Object.keys(errors).filter((blockId) => !targets.has(blockId));
      if (Object.keys(errors).length === 0 || unknown.length > 0) {
        return {
          type: 'failed',
          reason: `errors for blocks that are no inputs: ${unknown.join(', ')}`,
          answer,
        };
      }
      return { type: 'errors', errors, answer };
    }
    case 'clear':
      views.close(view, true);
      return { type: 'cleared', answer };
    case 'update': {
      const result = views.update(view, asObject(body.view), undefined);
      if (!result.ok) return { type: 'failed', reason: reasonOf(result), answer };
      return { type: 'updated', answer };
    }
    case 'push': {
      const result = views.show(asObject(body.view), { userId: view.userId, triggerId: '', under: view });
      if (!result.ok) return { type: 'failed', reason: reasonOf(result), answer };
      return { type: 'pushed', answer };
    }
    default:
      return { type: 'failed', reason: `unknown response_action ${String(body.response_action)}`, answer };
  }
}

function reasonOf(refusal: Extract<ViewResult, { ok: false }>): string {
  return [refusal.error, ...(refusal.messages ?? [])].join(' ');
}
