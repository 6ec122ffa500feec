import { mkdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../lib/model/store.ts'
import { createStore } from '../lib/store/store.ts'
import { launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'

export type SeededServer = { url: string; stop(): Promise<void> }

/** The built server, in the mode tune, on a store that `seed` has filled. `yaml`: its configuration but for `listen`, `data` and `mode`. */
export async function startSeeded(seed: (store: Store, now: number) => void, yaml: string): Promise<SeededServer> {
  const home = await mkdtemp(join(tmpdir(), 'evenkeel-seeded-'))
  const data = join(home, 'data')
  mkdirSync(data)
  const now = Date.now()
  const store = createStore({ path: data })
  seed(store, now)
  store.tick(now)
  store.close()
  const [host, port] = ['127.0.0.1', await freePort()]
  const config = join(home, 'evenkeel.yaml')
  await writeFile(config, `listen: ${host}:${port}\ndata: ${data}\nmode: tune\n${yaml}`)
  const server = launch({ config, host, port, quiet: true })
  await server.ready()
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
