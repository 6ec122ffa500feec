import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FakeEnvoy } from '../../../test/fakeEnvoy.ts'
import { KillableEvenkeel } from '../../../test/killableEvenkeel.ts'
import type { Change } from '../../model/change.ts'
import { envoyConfig } from './client.ts'

const NAME = 'cache_pool/10.0.0.1:11211/weight'
const WEIGHT = /"load_balancing_weight": (\d+)/

test.each([
  ['Envoy was started anew and has read the new file: the change goes on', true, 'watching', '3'],
  ['Envoy has not taken it: the file goes back', false, 'rolled_back', '5'],
])('Evenkeel is killed between the rename and the look. %s', async (_what, restarted, state, weight) => {
  const folder = await mkdtemp(join(tmpdir(), 'ek-'))
  const file = join(folder, 'eds.json')
  await writeFile(file, await readFile(new URL('fixtures/envoy-eds-file.CONSTRUCTED.json', import.meta.url), 'utf8'))
  await using mesh = await new FakeEnvoy({ cluster: 'cache_pool', source: { file } }).start()
  await using evenkeel = new KillableEvenkeel([envoyConfig.parse({ kind: 'envoy', name: 'mesh', admin: mesh.admin, eds: { file } })], {})
  await evenkeel.start()
  await evenkeel.up()
  mesh.deaf = true
  evenkeel.ask('create', { steps: [{ setting: { target: 'mesh', name: NAME }, after: '3' }] }).catch(() => {})
  await evenkeel.until(async () => WEIGHT.exec(await readFile(file, 'utf8'))?.[1], (found) => found === '3') // biome-ignore format: one line
  const [change] = await evenkeel.ask<Change[]>('changes')
  expect(change!.state).toBe('applying')
  await evenkeel.kill()
  // What the change found is beside it, under its id.
  expect(WEIGHT.exec(await readFile(join(folder, `.eds.json.evenkeel-${change!.id}`), 'utf8'))?.[1]).toBe('5')
  if (restarted) {
    mesh.deaf = false
    await mesh.stop()
    await mesh.start()
  }
  await evenkeel.start()
  expect((await evenkeel.change(change!.id)).state).toBe(state)
  expect(WEIGHT.exec(await readFile(file, 'utf8'))?.[1]).toBe(weight)
  expect(mesh.weights()['10.0.0.1:11211']).toBe(Number(weight))
  await rm(folder, { recursive: true })
})
