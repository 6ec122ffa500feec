import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { EvenkeelError } from '../../model/error.ts'
import { withoutFolders } from '../answers.ts'
import type { TwemproxyConfig } from './client.ts'

const run = promisify(execFile)
const TEST_MS = 5_000

/** `nutcracker -t` on that text, aside. Throws `invalid` with its words. */
export async function testConfig({ program }: TwemproxyConfig, path: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-'))
  const temporary = join(folder, basename(path))
  try {
    await writeFile(temporary, text, { mode: 0o600 })
    await run(program, ['-t', '-c', temporary], { timeout: TEST_MS })
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string }
    if (code === 'ENOENT')
      throw new EvenkeelError('not_allowed', `${basename(program)} is not there to test the new file: name it as \`program\``)
    const output = withoutFolders(stderr?.trim() || `it ended with ${code}`).replace(/\s+/g, ' ')
    throw new EvenkeelError('invalid', `${basename(program)} -t refuses the new file: ${output.slice(0, 300)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
