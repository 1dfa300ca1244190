import { checkAddress } from '../channels/address.ts';
import { slackPlace } from '../domain/slack-place.ts';
import type { ImportProblem } from '../rulebook/import-result.ts';
import type { Path } from '../rulebook/yaml-source.ts';
import { type DraftClient, typedAddress } from './client-file.ts';
import type { ClientReferences, Problem } from './client-references.ts';

/** A client's own Slack workspace that is, or was, connected. */
export interface KnownWorkspace {
  readonly clientCode: string;
  readonly revoked: boolean;
}

/**
 * P9: a report goes only into a workspace that was connected by a link made for this very client. One that is
 * connected no more may stay in the file, where it is switched off.
 */
export function checkWorkspaces(
  client: DraftClient,
  known: Pick<ClientReferences, 'workspaces' | 'stored'>,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const code = client.code ?? '';
  const stored = new Set(
    known.stored
      .get(code)
      ?.destinations.filter(({ active, channel }) => active && channel === 'slack')
      .map(({ address }) => address),
  );
  return (client.destinations ?? []).flatMap((destination, index) => {
    const named = destination?.workspace?.trim() ?? '';
    if (destination?.channel !== 'slack') {
      return named === ''
        ? []
        : [problem([...path, index, 'workspace'], 'only a Slack destination stands in a workspace')];
    }
    const checked = checkAddress(
      'slack',
      typedAddress({ ...destination, address: destination.address ?? '' }),
      null,
    );
    if (!checked.ok) return [];
    const { workspace } = slackPlace(checked.address);
    if (workspace === null) return [];
    const field = named === '' ? 'address' : 'workspace';
    const found = known.workspaces.get(workspace);
    const connect = `send this client a link to connect it: npm run toritsugi -- clients install-link ${code}`;
    if (found === undefined || found.clientCode !== code) {
      return [
        problem(
          [...path, index, field],
          `the workspace ${workspace} is not connected to this client; ${connect}. In your own workspace leave it out`,
        ),
      ];
    }
    return found.revoked && !stored.has(checked.address)
      ? [problem([...path, index, field], `the workspace ${workspace} is connected no more; ${connect}`)]
      : [];
  });
}
