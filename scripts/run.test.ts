import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { main as demo } from '../demo/main.ts'
import { main as audit } from './audit.ts'
import { main as capture } from './capture.ts'
import { main as doctor } from './doctor.ts'
import { main as start } from './start.ts'
import { main as test } from './test.ts'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-run-'))
const config = join(folder, 'evenkeel.yaml')
writeFileSync(config, 'mode: bananas\n')

it.each([
  ['start', start, ['--config', join(folder, 'none.yaml')], 'there is no such file'],
  ['start', start, ['--config', folder], 'found a folder; allowed: a YAML file'],
  ['start', start, ['--config', config], 'mode (line 1): found "bananas"; allowed: "observe", "tune"'],
  ['start', start, ['--port', '1'], '--port'],
  ['start', start, ['--target', 'mysql://db'], 'allowed are redis'],
  ['start', start, ['--target', 'redis://a:1', '--config', config], 'not both'],
  ['demo', demo, ['--drill', 'sink'], 'allowed: --drill NAME with slow-server'],
  ['check', test, ['--only', 'weather'], 'allowed are types, lint'],
  ['doctor', doctor, ['--config', config], 'found "bananas"'],
  ['doctor', doctor, ['--config', folder], 'found a folder; allowed: a YAML file'],
  ['audit', audit, ['--file', join(folder, 'none.jsonl')], 'there is no such file'],
  ['capture', capture, ['abacus', 'abacus://x'], 'allowed are'],
] as const)('%s %# says what is allowed, before anything is built', async (_, main, args, words) => {
  await expect(main([...args])).rejects.toMatchObject({ code: 2, message: expect.stringContaining(words) as string })
})

it('an unknown command ends with 2 and names the commands', () => {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), 'sail'], { encoding: 'utf8', timeout: 30_000 })
  expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('Commands: demo, start') as string })
}, 30_000)
