import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { startPrometheus } from '../../test/servers.ts'
import { detectors } from '../detectors/registry.ts'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { grafanaDashboard } from './grafanaDashboard.ts'
import { prometheusRules } from './prometheusRules.ts'

const rules = detectors.map(({ id, title, why, settings }) => ({
  id,
  title,
  why,
  settings: settings.parse({}) as unknown as Record<string, unknown>,
}))

const fleet = {
  ...emptyTopology(),
  targets: [
    { name: 'cache.a"{x}', kind: 'redis', role: 'cache' },
    { name: 'edge', kind: 'haproxy' },
  ],
  pools: [{ target: 'edge', name: 'app', servers: [] }],
  rings: [{ name: 'products', nodes: [] }],
} as unknown as Topology

describeWith(['prometheus'], 'what Prometheus is given', () => {
  it('is a rule file that promtool takes, with a rule for each of ours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-rules-'))
    try {
      const path = join(folder, 'evenkeel-rules.yml')
      writeFileSync(path, prometheusRules(rules, 'https://keel.example'))
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', path], { encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toMatch(/SUCCESS: \d+ rules found/)
      expect(status).toBe(0)
      expect(Number(/(\d+) rules found/.exec(stdout)?.[1])).toBeGreaterThan(detectors.length + 4)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('are queries of a dashboard that it understands', async () => {
    await using server = await startPrometheus({ jobs: {} })
    const { panels } = grafanaDashboard(fleet, 'https://keel.example') as { panels: { targets?: { expr: string }[] }[] }
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    expect(queries.length).toBeGreaterThan(10)
    for (const query of queries) {
      const answer = await fetch(`${server.about.url}/api/v1/query?${new URLSearchParams({ query })}`)
      expect(await answer.json(), query).toMatchObject({ status: 'success' })
    }
  })
})
