import { Document, isScalar, visit } from 'yaml'

export type Task = { name: string; [module: string]: unknown }

/** Jinja2, in which Ansible evaluates every text of a playbook. */
const TEMPLATE = /\{[{%#]/
/** What Ansible is to evaluate: `{{ redis_password }}`. Only constants of this code. */
export class Template {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * A playbook of one play. A text that would be a template is tagged `!unsafe`, Ansible's own mark for what must not be evaluated; all other quoting
 * is the library's.
 */
export function playbook(hosts: string, tasks: readonly Task[], handlers: readonly Task[] = []): string {
  const templates = new Set<string>()
  const plain = (value: unknown): unknown => {
    if (value instanceof Template) {
      templates.add(value.text)
      return value.text
    }
    if (Array.isArray(value)) return value.map(plain)
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
    return value
  }
  const play = { name: 'A change by Evenkeel', hosts, become: true, gather_facts: false, tasks, ...(handlers.length > 0 && { handlers }) }
  const document = new Document([plain(play)])
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string') return
      if (TEMPLATE.test(node.value) && !templates.has(node.value)) node.tag = '!unsafe'
    },
  })
  return document.toString({ lineWidth: 0, directives: true })
}

/** A text as a regular expression of Python that matches it alone. */
export const pythonPattern = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|\-&~#\s]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))

/** A text as what Python's `re.sub` puts in: a backslash begins a reference there. */
export const pythonReplacement = (text: string): string => text.replaceAll('\\', '\\\\')

export const HOSTS_NOTE = '`hosts` is a group of your inventory: name the one that this server is in.'
