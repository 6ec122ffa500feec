import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { grafanaDashboard } from './grafanaDashboard.ts'
import { prometheusRules } from './prometheusRules.ts'

type File = { groups: { name: string; rules: { alert: string; expr: string; for?: string; annotations: Record<string, string> }[] }[] }

it('the rule file has an alert for each rule, and the plain ones with the thresholds in force', () => {
  const file = parse(
    prometheusRules(
      [
        { id: 'cache/hit-ratio-low', title: 'Low {{ now }}', why: 'because: "x"', settings: { low: 0.7, over: 300_000, lookupsPerSecondMin: 5, missesPerSecondMin: 10, for: 30_000 } }, // biome-ignore format: one line
        { id: 'cache/hot-key', title: 'Hot key', why: 'why', settings: { for: 0 } },
      ],
      'https://keel.example',
    ),
  ) as File
  const [itself, findings, plain] = file.groups
  expect(itself!.rules.map(({ alert }) => alert)).toContain('EvenkeelAbsent')
  expect(findings!.rules.map(({ alert }) => alert)).toEqual(['EvenkeelCacheHitRatioLow', 'EvenkeelCacheHotKey'])
  expect(findings!.rules[1]!.annotations.runbook_url).toBe('https://keel.example/rules/cache/hot-key')
  expect(findings!.rules[0]!.annotations.summary).toMatch(/^Low \{ \{ now/)
  expect(plain!.rules).toHaveLength(1)
  expect(plain!.rules[0]).toMatchObject({ for: '30s', expr: expect.stringMatching(/\[300s\].* < 0\.7 and .* > 5 and .* >= 10$/) })
})

const topology = {
  ...emptyTopology(),
  targets: [
    { name: 'cache.a"\\', kind: 'redis', role: 'cache' },
    { name: 'edge', kind: 'haproxy' },
  ],
  pools: [{ target: 'edge', name: 'app', servers: [] }],
} as unknown as Topology

it('the dashboard has panels for what the fleet has, side by side, and asks for its targets alone', () => {
  const { panels } = grafanaDashboard(topology, 'https://keel.example') as {
    panels: { id: number; title: string; type: string; gridPos: { x: number; y: number }; targets?: { expr: string }[] }[]
  }
  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['What is wrong now', 'Caches', 'Pools'])
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length)
  const reads = panels.find(({ title }) => title === 'Reads')!.targets![0]!.expr
  expect(reads).toContain(String.raw`target=~"cache\\.a\"\\\\"`)
})

it('a fleet of thousands is asked for as a whole', () => {
  const targets = Array.from({ length: 201 }, (_, i) => ({ name: `cache-${i}`, kind: 'redis', role: 'cache' }))
  const text = JSON.stringify(grafanaDashboard({ ...emptyTopology(), targets } as unknown as Topology, 'https://keel.example'))
  expect(text).toContain('target=~\\".+\\"')
  expect(text.length).toBeLessThan(20_000)
})
