import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { movingAddress } from '../lib/detectors/balancer/moving-address.ts'
import { scrapeConfig } from '../lib/products/scrape/config.ts'
import { scrape } from '../lib/products/scrape/product.ts'
import { startEngine } from './engine.ts'
import { startKeepalivedPair } from './keepalivedPair.ts'
import { describeWith } from './live.ts'

describeWith(['keepalived', 'ip', 'unshare'], 'an address that moves between two real keepalived', () => {
  test('one holds it while the other waits, and both do once they do not understand each other', async () => {
    await using pair = await startKeepalivedPair()
    const targets = pair.urls.map((url, i) => ({ config: scrapeConfig.parse({ kind: 'scrape', name: `v${i + 1}`, url }), product: scrape }))
    await using engine = startEngine(targets)
    const settings = movingAddress.settings.parse({})
    const said = () => [...movingAddress.detect(engine.window(60_000), engine.topology(), settings)][0]
    const until = async (words: RegExp) => {
      for (const end = Date.now() + 40_000; Date.now() < end; await sleep(200)) if (words.test(JSON.stringify(said() ?? null))) return
      throw new Error(`${words}: ${JSON.stringify(said())} ${pair.log()}`)
    }
    await until(/"is":"clear"/)
    // Its password is another one: each takes the other's messages for a stranger's.
    pair.password('other')
    await until(/v1 and v2 both hold 10\.9\.0\.100: each answers for it/)
    pair.password(null)
    await until(/"is":"clear"/)
    expect(said()).toMatchObject({ subject: { target: 'v1' } })
  }, 180_000)
})
