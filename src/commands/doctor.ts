import type { Examination } from '../doctor/examine.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT } from './command.ts';
import { reachStorage } from './run-on-storage.ts';
import { storageFactsCommand } from './storage-facts.ts';
import { displayWidth } from './table.ts';
import { actorOf, type Terminal } from './terminal.ts';

/** `doctor`: looks at everything, and says what to do about what is wrong. 1 when something fails. */
export async function doctor(
  terminal: Terminal,
  o: Pick<Examination, 'nodeVersion' | 'fetch'> & { readonly json: boolean },
): Promise<number> {
  const findings = await examine({
    env: terminal.env,
    nodeVersion: o.nodeVersion,
    templatesDir: terminal.templatesDir,
    clock: terminal.clock,
    fetch: o.fetch,
    async askStorage(config) {
      let text = '';
      const { through } = await reachStorage(
        storageFactsCommand,
        {},
        {
          ...terminal,
          config,
          actor: actorOf(terminal),
          out: (chunk) => {
            text += chunk;
          },
          err: terminal.err,
          patienceMs: 5_000,
          tables: 'any',
        },
      );
      return { text, through };
    },
  });
  const failed = findings.some((finding) => finding.level === 'fail');
  if (o.json) terminal.out(`${JSON.stringify({ ok: !failed, findings }, null, 2)}\n`);
  else terminal.out(findingsText(findings));
  return failed ? EXIT.failed : EXIT.done;
}

function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => displayWidth(finding.subject)));
  const indent = ' '.repeat('fail  '.length + width + 2);
  const lines = findings.map(({ level, subject, detail, advice }) => {
    const head = `${level.padEnd(4)}  ${subject}${' '.repeat(width - displayWidth(subject))}  `;
    const text = advice === undefined ? detail : `${detail}\n→ ${advice}`;
    return `${head}${text.replaceAll('\n', `\n${indent}`)}\n`;
  });
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const summary = `${count('ok')} ok, ${count('warn')} to think about, ${count('fail')} to repair`;
  const usage = count('ok') < findings.length ? '\nCommands are run as: npm run toritsugi -- <command>' : '';
  return `${lines.join('')}\n${summary}${usage}\n`;
}
