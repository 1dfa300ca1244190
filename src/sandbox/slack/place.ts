import type { Clock } from '../../domain/ports.ts';
import type { Inbox } from '../arrived.ts';
import type { Limits } from '../limits.ts';
import { createChat } from './chat.ts';
import { createConversations } from './conversations.ts';
import type { MethodEntry } from './method.ts';
import { createPerson, type Person } from './person.ts';
import { createResponses } from './responses.ts';
import type { Signal } from './signal.ts';
import type { Transport } from './transport.ts';
import { createTriggers } from './triggers.ts';
import { createViewMethods } from './view-methods.ts';
import { createViews } from './views.ts';
import { createWorkspace, type Team, type WorkspaceSetup } from './workspace.ts';

/** What a workspace shares with every other one. */
export interface PlaceDeps {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly changed: Signal;
  readonly transport: Transport;
  /** Address of the sandbox's HTTP server, known once it listens. */
  readonly baseUrl: () => string;
}

/** One workspace whole: its people and channels, its open views, and the methods a token for it can call. */
export function createPlace(
  deps: PlaceDeps & {
    readonly team: Team;
    readonly setup: WorkspaceSetup;
    readonly defaultChannelId: string;
    /** Whether the app is a guest here, with a guest's limits. */
    readonly foreign?: boolean;
    /** Whether the app has the home tab here; true by default. */
    readonly homeTab?: boolean;
  },
) {
  const { inbox, clock, limits, changed } = deps;
  const workspace = createWorkspace(clock, deps.setup, deps.team);
  const triggers = createTriggers(clock, limits);
  const views = createViews(changed, deps.team);
  const responses = createResponses({ workspace, inbox, changed });
  const chat = createChat({ workspace, inbox, clock, limits, changed });
  const restricted = deps.foreign ? { clock, everyMs: limits.slackForeignReadMs } : undefined;
  const viewMethods = createViewMethods({
    views,
    triggers,
    workspace,
    limits,
    clock,
    homeTab: deps.homeTab ?? true,
  });
  const methods: Readonly<Record<string, MethodEntry>> = {
    ...chat.methods,
    ...createConversations(workspace, restricted),
    ...viewMethods.methods,
  };
  return {
    workspace,
    triggers,
    views,
    responses,
    methods,
    /** A person by id; somebody unknown joins, a name given anew is taken. */
    person(id: string, name?: string, visitorOf?: string): Person {
      const known = workspace.user(id);
      const user =
        known === undefined || (name !== undefined && name !== known.name)
          ? workspace.addUser({ id, name: name ?? id, visitorOf })
          : known;
      return createPerson({ ...deps, workspace, views, triggers, responses }, user);
    },
    reset(): void {
      chat.reset();
      workspace.forgetMessages();
      views.closeAll();
      viewMethods.reset();
    },
  };
}
export type Place = ReturnType<typeof createPlace>;
