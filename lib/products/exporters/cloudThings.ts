import { CLOUD_EXPORTERS } from './cloud.ts'
import { type Cloud, type Exporter, readOf } from './row.ts'
import { firstOf, fits, type PromSeries } from './series.ts'

/** One thing of a cloud that an exporter tells of: a node of a cache, a load balancer, a distribution. */
export type CloudThing = {
  exporter: string
  /** What its series have of the labels that tell one thing from another; an empty one they have not. */
  labels: Readonly<Record<string, string>>
  /** Short: `shop`, `shop/0001`. */
  name: string
}

/** Several exporters' things are told by series of one name, and told apart by their labels. */
const EXPORTERS_OF = Map.groupBy(
  Object.entries(CLOUD_EXPORTERS).flatMap(([id, { signs }]) => signs.map((sign) => ({ sign, id }))),
  ({ sign }) => sign,
)

/** Names of the series by which things are found, and of the labels that tell them. */
export const CLOUD_SIGNS: readonly string[] = [...EXPORTERS_OF.keys()]
export const CLOUD_LABELS: readonly string[] = [
  ...new Set(
    Object.values(CLOUD_EXPORTERS).flatMap(({ cloud }) =>
      [...cloud!.thing, cloud!.part ?? [], cloud!.only?.label ?? []].flat().flatMap((one) => one.split('|')),
    ),
  ),
]

export const cloudExporter = (id: string): Exporter & { cloud: Cloud } => CLOUD_EXPORTERS[id] as Exporter & { cloud: Cloud }

/** The things that series tell of, by name. Series of a whole cluster are none where its nodes have their own. Pure. */
export function cloudThings(series: readonly PromSeries[]): CloudThing[] {
  const found = new Map<string, CloudThing & { whole: string; node: string | null }>()
  const told = series.flatMap(({ labels }) => (EXPORTERS_OF.get(labels.__name__ ?? '') ?? []).map(({ id }) => ({ labels, id })))
  for (const { labels, id } of told) {
    const { cloud } = cloudExporter(id)
    if (!isOf(labels, cloud)) continue
    const values = cloud.thing.map((names) => labelled(labels, names))
    if (values.some((one) => one === null)) continue
    const node = cloud.part === undefined ? null : (labelled(labels, cloud.part) ?? { label: cloud.part.split('|')[0]!, value: '' })
    const own = Object.fromEntries([...values, node].flatMap((one) => (one ? [[one.label, one.value]] : [])))
    const whole = JSON.stringify([id, values])
    const short = values.map((one) => shortOf(one!.value)).join('/')
    const name = node?.value ? `${short}/${shortOf(node.value)}` : short
    found.set(JSON.stringify([id, own]), { exporter: id, labels: own, name, whole, node: node?.value ?? null })
  }
  const all = [...found.values()]
  const noded = new Set(all.flatMap(({ whole, node }) => (node ? [whole] : [])))
  return all
    .filter(({ whole, node }) => node !== '' || !noded.has(whole))
    .map(({ exporter, labels, name }) => ({ exporter, labels, name }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Where a thing answers, where its cloud gives the address by its name; else its name. Of an Azure Managed Redis the region is a part of it, which nobody tells. */
export const cloudAddress = ({ exporter, labels, name }: CloudThing): string =>
  exporter === 'azure_redis' && /\/microsoft\.cache\/redis\//i.test(labels.resourceID!)
    ? `${shortOf(labels.resourceID!)}.redis.cache.windows.net:6380`
    : name

/** The series of one thing. */
export function ofThing(series: readonly PromSeries[], { exporter: id, labels: own }: CloudThing): PromSeries[] {
  const { cloud, ...exporter } = cloudExporter(id)
  const names = new Set(readOf(exporter))
  return series.filter(({ labels }) => names.has(labels.__name__ ?? '') && isOf(labels, cloud) && fits(labels, own))
}

const isOf = (labels: Record<string, string>, { without = [], only }: Cloud) =>
  !without.some((name) => labels[name]) && (only === undefined || new RegExp(`^(?:${only.pattern})$`).test(labels[only.label] ?? ''))

/** The first of several names that a series has, and its value. */
function labelled(labels: Record<string, string>, names: string): { label: string; value: string } | null {
  const label = names.split('|').find((name) => labels[name])
  return label === undefined ? null : { label, value: firstOf(labels, [label])! }
}

/** `shop` of `app/shop/50dc6c495c0c9188`, of `projects/p/locations/l/instances/shop` and of an Azure resource id. */
const shortOf = (value: string): string => {
  const parts = value.split('/')
  return (/^(?:app|net|gwy)$/.test(parts[0]!) ? parts[1] : parts.at(-1)) || value
}
