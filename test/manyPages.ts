import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { cpuSeconds } from '../bench/processUsage.ts'
import type { FindingView } from '../lib/model/answers/finding.ts'
import type { SeriesView } from '../lib/model/answers/series.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { residentMb, startCrowd } from './crowd.ts'
import { OpenPage } from './openPages.ts'

/** Comments on a finding, each of which all pages hear of. */
const COMMENTS = ['one', 'two']
/** Polls of the balancer that the pages stay open for. Of two or three the rhythm can't be told: one more or less is a third of it. */
const POLLS_SEEN = 12

/**
 * Opens that many pages on an Evenkeel that watches a HAProxy and a server that is down, has all of them hear of a finding at once, and holds what follows
 * against what must: polls go on, each page hears of each event once, none is refused, and all end with the same findings. Resolves to the CPU time of
 * an answer in ms, with all that Evenkeel does meanwhile.
 */
export async function watchPages(many: number): Promise<number> {
  await using evenkeel = await startCrowd({ pools: 4, servers: 5 }, [], [{ kind: 'redis', name: 'dead', url: 'redis://127.0.0.1:1' }])
  const url = `http://127.0.0.1:${evenkeel.port}`
  const pid = evenkeel.own.pid!
  const read = async <T>(path: string) => (await (await fetch(`${url}/api/v1/${path}`)).json()) as T
  /** Polls of the balancer in the last `ms`. */
  const polled = async (ms: number) => {
    const from = new Date(Date.now() - ms).toISOString()
    const { series } = await read<{ series: SeriesView[] }>(`series?metric=pool_up&from=${from}&step=1000`)
    return series[0]!.points.filter(([, value]) => value !== null).length
  }
  const firing = async () => (await read<Page<FindingView>>('findings?state=firing')).items
  await until('the dead server is found', 60_000, async () => (await firing()).length > 0)
  const before = { rss: residentMb(pid), sockets: openFiles(pid), polls: (await polled(5_000)) / 5 }

  const pages = Array.from({ length: many }, (_, n) => new OpenPage(url, n))
  try {
    const began = Date.now()
    for (let i = 0; i < many; i += 50) await Promise.all(pages.slice(i, i + 50).map((page) => page.open()))
    const opened = Date.now()
    const cpu = cpuSeconds(pid)
    for (const page of pages) Object.assign(page, { samples: 0, events: [], times: [], unchanged: 0 })
    const { id } = (await firing())[0]!
    for (const text of COMMENTS) {
      const answer = await fetch(`${url}/api/v1/findings/${id}/comments`, { method: 'POST', body: JSON.stringify({ text }) })
      expect(answer.status).toBe(200)
      await sleep(500)
    }
    const told = ({ comments }: FindingView) => comments.map(({ text }) => text).join()
    const shown = (page: OpenPage) => page.answer<Page<FindingView>>('findings').items.map(told).join('|')
    await until('every page shows all comments', 120_000, async () => pages.every((page) => shown(page).includes(COMMENTS.join())))
    await until('the balancer is polled often enough', 60_000, async () => (await polled(Date.now() - opened)) >= POLLS_SEEN)

    const lasted = Date.now() - opened
    const times = pages.flatMap((page) => page.times).sort((a, b) => a - b)
    const cost = {
      pages: many,
      openedS: (opened - began) / 1_000,
      lastedS: lasted / 1_000,
      answers: times.length,
      unchanged: pages.reduce((sum, { unchanged }) => sum + unchanged, 0),
      p50: times[Math.floor(times.length * 0.5)]!,
      p99: times[Math.floor(times.length * 0.99)]!,
      cpuMs: (1_000 * (cpuSeconds(pid) - cpu)) / times.length,
      grownMb: residentMb(pid) - before.rss,
      polls: (await polled(lasted)) / (lasted / 1_000),
      samples: Math.min(...pages.map(({ samples }) => samples)),
    }
    console.log(JSON.stringify(cost, (_, value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value)))
    expect(pages.flatMap(({ failures }) => failures)).toEqual([])
    // Each heard of each, in order and once.
    expect(new Set(pages.map(({ events }) => events.join(' '))).size).toBe(1)
    expect(pages[0]!.events.length).toBeGreaterThanOrEqual(COMMENTS.length)
    expect(new Set(pages[0]!.events).size).toBe(pages[0]!.events.length)
    expect(new Set(pages.map(shown)).size).toBe(1)
    // Against the same machine a moment before: it is slow when others use it too.
    expect(cost.polls).toBeGreaterThan(before.polls * 0.75)
    expect(cost.samples / (lasted / 1_000)).toBeGreaterThan(before.polls * 0.6)
    expect(cost.grownMb).toBeLessThan(300)
    return cost.cpuMs
  } finally {
    for (const page of pages) page.close()
    await until('their connections are closed', 30_000, async () => openFiles(pid) < before.sockets + 50)
  }
}

const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length

async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await sleep(500))
    if (Date.now() > end) throw new Error(`not within ${withinMs / 1_000} s: ${what}`)
}
