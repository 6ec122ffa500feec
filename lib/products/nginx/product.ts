import type { Probe, Product } from '../../model/product.ts'
import { rawRecord } from '../answers.ts'
import { getText } from '../http.ts'
import { type NginxConfig, nginxAddress, nginxConfig } from './config.ts'
import { parseStubStatus } from './stubStatus.ts'

type NginxLink = { config: NginxConfig }

const status: Probe<NginxLink, string> = {
  id: 'status',
  feature: 'stub_status',
  everyMs: 1_000,
  cost: 'one small page a second',
  vital: true,
  read: ({ config }, _cursor, signal) => getText(config.status, signal),
  parse: (raw, { at }) => ({ samples: parseStubStatus(raw), records: [rawRecord('status', at, raw)], topology: {} }),
}

/** NGINX, open source. */
export const nginx: Product<NginxConfig, NginxLink> = {
  kind: 'nginx',
  title: 'NGINX',
  config: nginxConfig,
  open: (config) => ({ config }),
  close: async () => {},
  probes: [status],
  address: nginxAddress,
  rights: 'GET of the stub_status page',
}
