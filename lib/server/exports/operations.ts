import { z } from 'zod'
import { grafanaDashboard } from '../../exporters/grafanaDashboard.ts'
import { prometheusRules } from '../../exporters/prometheusRules.ts'
import { anything } from '../../model/answers/shape.ts'
import { operation } from '../http/operation.ts'
import { listRules } from '../rules/rules.ts'

const tag = 'Evenkeel'

export const exportOperations = [
  operation({
    method: 'GET',
    path: 'export/prometheus-rules',
    role: 'viewer',
    summary: 'A rule file of Prometheus: that Evenkeel works, its findings, and plain rules with the thresholds in force',
    tag,
    answer: z.string(),
    type: 'application/yaml',
    run: ({ runtime }) =>
      new Response(
        prometheusRules(
          listRules(runtime, { limit: 1_000 }).items.filter(({ enabled }) => enabled),
          runtime.config.url,
        ),
        {
          headers: {
            'content-type': 'application/yaml; charset=utf-8',
            'content-disposition': 'attachment; filename="evenkeel-rules.yml"',
          },
        },
      ),
  }),
  operation({
    method: 'GET',
    path: 'export/grafana',
    role: 'viewer',
    summary: 'A dashboard of Grafana for the present fleet, on the series of remote write',
    tag,
    answer: anything,
    run: ({ runtime }) => grafanaDashboard(runtime.engine.topology(), runtime.config.url),
  }),
]
