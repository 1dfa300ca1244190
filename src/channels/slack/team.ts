/** The workspace a message stands in: as Slack says, else the one we asked. */
export function teamOf(said: string | undefined, workspace: string | null): { readonly team?: string } {
  const team = said ?? workspace;
  return team === null || team === undefined ? {} : { team };
}
