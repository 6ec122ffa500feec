/** A value of Terraform's language that is written as it stands: `var.family`, `aws_lb_target_group.blue.arn`. Only constants of this code. */
export class Expression {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type HclValue = string | number | boolean | Expression | HclValue[] | { [key: string]: HclValue }
/** The body of a block: an attribute, or nested blocks of that name. */
export type HclBody = Record<string, HclValue | HclBlocks>

/** Nested blocks of one name. */
export class HclBlocks {
  readonly bodies: readonly HclBody[]
  constructor(...bodies: HclBody[]) {
    this.bodies = bodies
  }
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

/** A quoted template without a template in it: `${` and `%{` are doubled, so that no text of others is evaluated (HCL native syntax, "Templates"). */
export const hclString = (text: string): string =>
  `"${text
    .replace(/[\n\r\t"\\]/g, (char) => ESCAPES[char]!)
    .replace(/[\0-\x1f\x7f\u0085\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/([$%])\{/g, '$1$1{')}"`

/** A block with its labels. */
export function hclBlock(type: string, labels: readonly string[], body: HclBody): string {
  return blockLines([type, ...labels.map(hclString)].join(' '), body).join('\n')
}

function blockLines(head: string, body: HclBody): string[] {
  const entries = Object.entries(body)
  const attributes = entries.filter((entry): entry is [string, HclValue] => !(entry[1] instanceof HclBlocks))
  const blocks = entries.filter((entry): entry is [string, HclBlocks] => entry[1] instanceof HclBlocks)
  const width = Math.max(0, ...attributes.map(([name]) => name.length))
  const lines = [
    ...attributes.flatMap(([name, value]) => `${name.padEnd(width)} = ${hclValue(value)}`.split('\n')),
    ...blocks.flatMap(([name, { bodies }]) => bodies.flatMap((inner) => ['', ...blockLines(name, inner)])),
  ]
  if (lines[0] === '') lines.shift()
  return lines.length === 0 ? [`${head} {}`] : [`${head} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}']
}

function hclValue(value: HclValue): string {
  if (value instanceof Expression) return value.text
  if (typeof value === 'string') return hclString(value)
  if (Array.isArray(value)) return `[${value.map(hclValue).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  const lines = Object.entries(value).map(([key, inner]) => `${/^[a-z_]\w*$/i.test(key) ? key : hclString(key)} = ${hclValue(inner)}`)
  return `{\n${lines.map((line) => line.replace(/^/gm, '  ')).join('\n')}\n}`
}
