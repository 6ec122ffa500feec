import { expect, test } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { startNginx } from '../../../test/servers.ts'
import { nginxConfig } from './config.ts'
import { nginx } from './product.ts'

describeWith(['nginx'], 'nginx', () => {
  test('its status page is read', async () => {
    await using server = await startNginx()
    const link = nginx.open(nginxConfig.parse({ kind: 'nginx', name: 'web', status: server.about.statusUrl }))
    const read = async () => {
      const raw = await nginx.probes[0]!.read(link, null, AbortSignal.timeout(2_000))
      return nginx.probes[0]!.parse(raw, { cursor: null, at: 0 }).samples.find((sample) => sample.metric === 'nginx_http_requests_total')!
        .value
    }
    const before = await read()
    expect(await read()).toBe(before + 1)
  })
})
