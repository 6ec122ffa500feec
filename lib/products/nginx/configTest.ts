import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { EvenkeelError } from '../../model/error.ts'
import { withoutFolders } from '../answers.ts'
import type { NginxConfig } from './config.ts'

const run = promisify(execFile)
const TEST_MS = 5_000

/** `nginx -t`. Throws `invalid` with NGINX's own words. */
export async function testConfig({ test: [program = 'nginx', ...args] }: NginxConfig): Promise<void> {
  try {
    await run(program, args, { timeout: TEST_MS })
  } catch (error) {
    const { killed, code, stderr } = error as { killed?: boolean; code?: string | number; stderr?: string }
    const output = withoutFolders(stderr?.trim() ?? '')
    if (code === 'ENOENT')
      throw new EvenkeelError(
        'invalid',
        `there is no program ${JSON.stringify(program)} to test a configuration with: name NGINX's own in \`test\``,
      )
    const why = killed
      ? `no answer within ${TEST_MS / 1000} s (names that do not resolve?)`
      : (/\[emerg\] (?:\d+#\d+: )?(.*)/.exec(output)?.[1] ?? (output || `the command failed (${code})`))
    throw new EvenkeelError('invalid', `nginx -t refuses the new configuration: ${why.slice(0, 300)}`)
  }
}
