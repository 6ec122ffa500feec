import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-run-'))
const config = join(folder, 'evenkeel.yaml')
writeFileSync(config, 'mode: bananas\n')

function run(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, stderr }
}

it.each([
  [['sail'], 'Commands: demo, start'],
  [['start', '--config', join(folder, 'none.yaml')], 'there is no such file'],
  [['start', '--config', config], 'mode (line 1): found "bananas"; allowed: "observe", "tune"'],
  [['start', '--port', '1'], '--port'],
  [['start', '--target', 'mysql://db'], 'allowed are redis'],
  [['demo', '--drill', 'sink'], 'allowed: --drill NAME with slow-server'],
  [['check', '--only', 'weather'], 'allowed are types, lint'],
  [['doctor', '--config', config], 'found "bananas"'],
  [['capture', 'abacus', 'abacus://x'], 'allowed are'],
])(
  '%j ends with 2 and says what is allowed, before anything is built',
  (args, words) => {
    const { status, stderr } = run(...args)
    expect(stderr).toContain(words)
    expect(status).toBe(2)
  },
  30_000,
)
