/** A form of the AWS query protocol as nested values: `Actions.member.1.Type=forward`, `Tags.Tag.2.Key=a`. */
export type Form = { [key: string]: Form } | string

export function parseForm(text: string): Record<string, Form> {
  const out: Record<string, Form> = {}
  for (const [path, value] of new URLSearchParams(text)) {
    const parts = path.split('.')
    let at: Record<string, Form> = out
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {}
      at = at[part] as Record<string, Form>
    }
    at[parts.at(-1)!] = value
  }
  return out
}

/** The members of a list, in their order, whatever it calls each of them. */
export function listOf(form: Form | undefined): Form[] {
  if (form === undefined || typeof form === 'string') return []
  const inner = Object.values(form)[0]
  const numbered = inner !== undefined && typeof inner !== 'string' && '1' in inner ? inner : form
  return Object.entries(numbered)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value)
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!)

/** A value as XML. `memberOf`: what each item of a list is called. */
export function xml(name: string, value: unknown, memberOf: (list: string) => string): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return `<${name}>${value.map((item) => xml(memberOf(name), item, memberOf)).join('')}</${name}>`
  if (typeof value === 'object')
    return `<${name}>${Object.entries(value)
      .map(([key, inner]) => xml(key, inner, memberOf))
      .join('')}</${name}>`
  return `<${name}>${escaped(String(value))}</${name}>`
}
