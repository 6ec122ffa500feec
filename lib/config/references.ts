import type { TargetConfig } from '../model/product.ts'
import type { ControlKey } from './config.ts'
import type { Path } from './document.ts'

/** What checks of references look into and report to. */
export type Checks = {
  targets: readonly TargetConfig[]
  /** Kinds of targets on which control documents can live. */
  documents: readonly string[]
  report(path: Path, found: string, allowed: string): void
  warn(path: Path, text: string): void
}

/** What is allowed where a name refers to something: the names that there are. */
export const nameOfA = (what: string, names: readonly string[]) => `the name of a ${what}: ${names.join(', ') || 'there is none'}`

export const targetNames = ({ targets }: Checks): string[] => targets.map(({ name }) => name)

/** Whether a target has this name, or may discover one that has: what is found through a target is named `TARGET:NAME`. */
export const namesTarget = (name: string, targets: readonly string[]): boolean =>
  targets.some((target) => name === target || name.startsWith(`${target}:`))

/** Names within a list are unique. */
export function checkUnique(list: string, items: readonly { name: string }[], { report }: Checks): void {
  const seen = new Map<string, number>()
  items.forEach(({ name }, index) => {
    const first = seen.get(name)
    if (first !== undefined)
      report([list, index, 'name'], `${JSON.stringify(name)}, which ${list}[${first}] is called too`, 'a name of its own')
    else seen.set(name, index)
  })
}

/** A control document lives on one server of a kind that can hold it; a cache may evict it. */
export function checkControl(path: Path, { target, key, copies = [] }: ControlKey, checks: Checks): void {
  const { targets, documents, report, warn } = checks
  copies.forEach((copy, index) => {
    const held = targets.find((candidate) => candidate.name === copy)
    const here = [...path, 'copies', index]
    if (!held) report(here, JSON.stringify(copy), nameOfA('target', targetNames(checks)))
    else if (copy === target || copies.indexOf(copy) < index) report(here, JSON.stringify(copy), 'each server once')
    else if (!documents.includes(held.kind))
      report(here, `${JSON.stringify(copy)}, a ${held.kind}`, `a target of kind ${documents.join(' or ')}`)
    else if (!('url' in held) || held.url === '')
      report(here, `${JSON.stringify(copy)}, several servers under one name`, 'a target with a `url`: a document lives on one server')
  })
  const holder = targets.find((candidate) => candidate.name === target)
  const at = [...path, 'target']
  if (!holder) report(at, JSON.stringify(target), nameOfA('target', targetNames(checks)))
  else if (!documents.includes(holder.kind))
    report(at, `${JSON.stringify(target)}, a ${holder.kind}`, `a target of kind ${documents.join(' or ')}`)
  else if (!('url' in holder) || holder.url === '')
    report(at, `${JSON.stringify(target)}, several servers under one name`, 'a target with a `url`: a document lives on one server')
  else if (holder.role !== 'store')
    warn(
      path,
      `the control document ${key} lives on ${target}, a cache that may evict it. Applications keep the last one they read; a target with "role: store" never evicts.`,
    )
}
