import { expect, test, vi } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { attempt, HOSTILE, noticeOf } from '../../test/receiver.ts'
import { startAlertmanager } from '../../test/servers.ts'
import { alertmanager } from './alertmanager.ts'

type Alert = { fingerprint: string; labels: Record<string, string>; annotations: Record<string, string>; startsAt: string; endsAt: string; generatorURL: string } // biome-ignore format: one line

describeWith(['prometheus-alertmanager'], "Debian's Alertmanager", () => {
  test('shows what fires by its own labels, once however often it is told, and ends it when it is over', async () => {
    await using server = await startAlertmanager()
    const { url } = server.about
    const at = Date.now()
    const notice = noticeOf(HOSTILE)
    // Of now: what began long ago and ended long ago is not kept.
    const findings = notice.findings.map((finding) => ({ ...finding, since: at - 60_000 }))
    const told = (status: 'firing' | 'resolved', now: number) =>
      alertmanager.notify(
        { url },
        { ...notice, status, findings: findings.map((finding) => ({ ...finding, resolvedAt: now })) },
        attempt({ at: now }),
      )
    const active = async () => (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as Alert[]

    expect(await told('firing', at)).toEqual({ delivered: true, retry: false, answer: 'HTTP 200' })
    await vi.waitFor(async () => expect(await active()).toHaveLength(HOSTILE.length), 5_000)
    const first = await active()
    expect(first.map(({ labels }) => labels.key).sort()).toEqual(HOSTILE.toSorted())
    const one = first.find(({ labels }) => labels.key === '<!channel>')!
    expect(one).toMatchObject({
      labels: { alertname: 'cache/hot-key', rule: 'cache/hot-key', severity: 'warning', target: 'cache-a' },
      annotations: {
        summary: '<!channel> takes 31 % of the reads',
        consequence: '120 reads a second on one key',
        proposal: 'split it in four',
      },
      generatorURL: 'https://keel.example/findings/f2',
    })
    expect(Date.parse(one.startsAt)).toBe(at - 60_000)
    expect(Date.parse(one.endsAt)).toBe(at + 240_000)

    // Told again before it would end there, it is the same alert with a later end.
    await told('firing', at + 60_000)
    await vi.waitFor(async () => {
      const again = (await active()).find(({ fingerprint }) => fingerprint === one.fingerprint)
      expect(Date.parse(again!.endsAt)).toBe(at + 300_000)
    }, 5_000)
    expect(await active()).toHaveLength(HOSTILE.length)

    await told('resolved', Date.now())
    await vi.waitFor(async () => expect(await active()).toEqual([]), 5_000)
  }, 20_000)
})
