type Row = { labels: Record<string, string>; points: [seconds: number, value: string][] }

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?$/
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g
const UNESCAPED: Record<string, string> = { n: '\n', '"': '"', '\\': '\\' }

/** What a Prometheus has scraped, and its answers to the range selectors that Evenkeel asks by. */
export class Scrapes {
  readonly #rows = new Map<string, Row>()

  /** One scrape of an exposition page. */
  add(page: string, labels: Record<string, string>, ms: number): void {
    for (const line of page.split('\n')) {
      const found = line.startsWith('#') ? null : SAMPLE.exec(line.trim())
      if (found) this.#put({ __name__: found[1]!, ...labelsOf(found[2] ?? ''), ...labels }, ms, found[3]!)
    }
    this.#put({ __name__: 'up', ...labels }, ms, '1')
  }

  #put(labels: Record<string, string>, ms: number, value: string): void {
    const key = JSON.stringify(Object.entries(labels).sort())
    const row = this.#rows.get(key) ?? { labels, points: [] }
    row.points.push([ms / 1000, value])
    this.#rows.set(key, row)
  }

  /** The answer to a form with `query={__name__=~"a|b",instance="x"}[60s]`, as `/api/v1/query` gives it. */
  answer(form: string): string {
    const query = new URLSearchParams(form).get('query') ?? ''
    const range = /\[(\d+)s\]$/.exec(query)
    const wanted = [...query.matchAll(/(\w+)(=~|=)"((?:[^"\\]|\\.)*)"/g)].map(([, label, op, value]) => ({
      label: label!,
      matches:
        op === '=' ? (text: string) => text === unescaped(value!) : (text: string) => new RegExp(`^(?:${unescaped(value!)})$`).test(text),
    }))
    const found = [...this.#rows.values()].filter(({ labels }) => wanted.every(({ label, matches }) => matches(labels[label] ?? '')))
    const newest = Math.max(0, ...found.map(({ points }) => points.at(-1)![0]))
    const result = found.map(({ labels, points }) =>
      range
        ? { metric: labels, values: points.filter(([at]) => at > newest - Number(range[1])) }
        : { metric: labels, value: points.at(-1)! },
    )
    return JSON.stringify({ status: 'success', data: { resultType: range ? 'matrix' : 'vector', result } })
  }
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, sign: string) => UNESCAPED[sign] ?? sign)
const labelsOf = (text: string) => Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name!, unescaped(value!)]))
