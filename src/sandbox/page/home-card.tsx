import type { JsonObject } from '../slack/json.ts';
import { Block, type NameOf } from './slack-message.tsx';
import { Text } from './text.tsx';

/** What stands on somebody's App Home. */
export interface Home {
  readonly userId: string;
  readonly name: string;
  readonly blocks: readonly JsonObject[];
  /** How often it was published after the first time. */
  readonly updates: number;
}

/** A home tab as its person sees it. */
export function HomeCard({ home, nameOf }: { readonly home: Home; readonly nameOf: NameOf }) {
  return (
    <section class="place">
      <header>
        <h3>
          <Text text={`${home.name}さんのホーム`} />
        </h3>
        <span class="count">更新 {home.updates}回</span>
        <span class="address">{home.userId}</span>
      </header>
      <article class="message slack" aria-label={`${home.name}さんのホーム`}>
        <div class="content">
          <div class="body">
            {home.blocks.map((block) => (
              <Block block={block} nameOf={nameOf} />
            ))}
          </div>
        </div>
      </article>
    </section>
  );
}
