import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import { openRuntime } from '../open.ts'
import type { Runtime } from '../runtime.ts'
import { schemas } from '../schemas.ts'
import { allowMonitor } from './monitorConsent.ts'

let runtime: Runtime
const data = mkdtempSync(join(tmpdir(), 'evenkeel-monitor-'))
afterEach(async () => {
  await runtime.close()
  rmSync(data, { recursive: true })
})

test('"monitor: never" holds for a target that is called like a server of another', async () => {
  process.env.EVENKEEL_LOG = 'silent'
  const text = `targets:
  - { kind: redis, name: cache, url: "redis://127.0.0.1:1", role: cache }
  - { kind: redis, name: "cache:secret", url: "redis://127.0.0.1:1", role: cache, monitor: never }
`
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  await expect(allowMonitor(runtime, 'cache:secret', 'hour', 'ann')).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(allowMonitor(runtime, 'cache', 'hour', 'ann')).resolves.toMatchObject({ name: 'cache' })
})
