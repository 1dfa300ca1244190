import type { ArrivedInChatwork } from '../arrived.ts';
import { type ChatworkNode, parseChatwork } from '../chatwork/notation.ts';
import { SANDBOX_ACCOUNT } from '../chatwork/rooms.ts';
import { Moment, Text } from './text.tsx';

/** A message in a Chatwork room, its notation drawn. */
export function ChatworkMessage({ message }: { readonly message: ArrivedInChatwork }) {
  return (
    <article class="message chatwork" id={`m-${message.number}`} aria-label={`Chatwork ${message.number}`}>
      <span class="avatar" aria-hidden="true">
        取
      </span>
      <div class="content">
        <p class="byline">
          <strong>{SANDBOX_ACCOUNT.name}</strong>
          {message.kind === 'task' ? <span class="tag">タスク</span> : null}
          <Moment at={message.at} />
        </p>
        <div class="body">
          <Nodes nodes={parseChatwork(message.text)} />
        </div>
      </div>
    </article>
  );
}

function Nodes({ nodes }: { readonly nodes: readonly ChatworkNode[] }) {
  return (
    <>
      {nodes.map((node) => (
        <Node node={node} />
      ))}
    </>
  );
}

function Node({ node }: { readonly node: ChatworkNode }) {
  switch (node.type) {
    case 'text':
      return <Text text={node.text} links />;
    case 'to':
      return (
        <span class="call">
          <b>TO</b> {node.accountId}
        </span>
      );
    case 'to_all':
      return (
        <span class="call all">
          <b>TO ALL</b>
        </span>
      );
    case 'reply':
      return (
        <span class="call">
          <b>RE</b> {node.accountId}
        </span>
      );
    case 'person':
      return <span class="call">{node.accountId}</span>;
    case 'rule':
      return <hr />;
    case 'code':
      return <code class="block">{node.text}</code>;
    case 'quote':
      return (
        <blockquote>
          <Nodes nodes={node.children} />
        </blockquote>
      );
    case 'title':
      return (
        <p class="info-title">
          <Nodes nodes={node.children} />
        </p>
      );
    case 'info':
      return (
        <div class="info">
          <Nodes nodes={node.children} />
        </div>
      );
    default:
      return node satisfies never;
  }
}
