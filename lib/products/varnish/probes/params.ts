import type { Probe } from '../../../model/product.ts'
import { manage, managed, type VarnishLink } from '../link.ts'
import { PARAMS, type Param, paramOf } from '../params.ts'

type Raw = { name: Param; text: string }[]

/** The parameters that can be set, as facts under the name that sets them. */
export const params: Probe<VarnishLink, Raw> = {
  id: 'params',
  feature: 'param.show',
  emits: { records: ['fact'] },
  everyMs: 10_000,
  cost: 'three commands each 10 s on a kept connection',
  wanted: managed,
  read: (link, _cursor, signal) =>
    manage(link, async (client) => {
      const texts: Raw = []
      for (const name of PARAMS) texts.push({ name, text: await client.ask(`param.show -j ${name}`, signal) })
      return texts
    }),
  parse: (raw, { at }) => ({
    samples: [],
    records: raw.map(({ name, text }) => ({ kind: 'fact', id: `param/${name}`, at, value: paramOf(name, text) })),
    topology: {},
  }),
}
