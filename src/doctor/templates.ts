import { createRenderer } from '../reports/render.ts';
import { type Finding, fail, ok } from './finding.ts';

const SUBJECT = 'Templates';

/** Reads and checks every template as the start does. */
export async function checkTemplates(templatesDir: URL): Promise<Finding> {
  try {
    await createRenderer({ templatesDir });
    return ok(SUBJECT, 'all of them are there and sound');
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return fail(SUBJECT, said, 'Correct the templates, or restore them from the distribution.');
  }
}
