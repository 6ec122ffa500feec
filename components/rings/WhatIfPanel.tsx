'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Go } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button, buttonLook } from '@/components/ui/button.tsx'
import { Input } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe, text } from '@/lib/format/format.ts'
import { labHref } from '@/lib/lab/link.ts'
import { readEdit, writeEdit } from '@/lib/lab/pointsEdit.ts'
import { solvable, solved } from '@/lib/lab/solve.ts'
import { sourceOfRing } from '@/lib/lab/source.ts'
import type { HotKeyView } from '@/lib/model/answers/key.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { FromTo } from './FromTo.tsx'
import { MakeChange } from './MakeChange.tsx'
import { Outcome } from './Outcome.tsx'
import { NodeSwatch, nodeColours, RingCircle } from './RingCircle.tsx'
import { useCircles, useComparison, useQuestion, useSame, useThread } from './useComparison.ts'

const EDIT_MAX = 10_000

/** The nodes with their points to play with, and at once what that would do. The edit is in the URL: a colleague sees the same. */
export function WhatIfPanel({ ring }: { ring: RingView }) {
  const [edit, setEdit] = useQueryState('points', parseAsString.withDefault('').withOptions({ scroll: false }))
  const targets = usePages<TargetView>(['targets'], 'targets', { everyMs: 5_000, all: true })
  const { data: hot } = useApi<Page<HotKeyView>>(['keys', 'hot'], 'keys/hot', { everyMs: 5_000 })
  const [lit, setLit] = useState<string | null>(null)
  const [solving, setSolving] = useState(false)
  const ask = useThread()
  const source = useSame(sourceOfRing(ring, hot?.items ?? [], targets?.items ?? []))
  const after = useMemo(() => readEdit(ring.spec, edit), [ring.spec, edit])
  const field = ring.spec.nodes.some((node) => node.points !== undefined) ? 'points' : 'weight'
  const changed = edit !== '' && JSON.stringify(after) !== JSON.stringify(ring.spec)
  const { compared, of, because, busy } = useComparison(useQuestion(source, after), ask)
  const circles = useCircles(compared, of)
  const shown = of?.is === 'compare' ? of.after : after
  const colours = nodeColours(ring.spec.nodes.map((node) => node.name))
  const write = (spec: typeof after) => void setEdit(writeEdit(ring.spec, spec) || null)
  const set = (name: string, value: number | undefined) =>
    write({ ...after, nodes: after.nodes.map((node) => (node.name === name ? { ...node, [field]: value } : node)) })
  const even = () => {
    if (!compared) return
    setSolving(true)
    ask({ is: 'solve', question: solvable(source, ring.spec, compared) })
      .then((found) => {
        if (found.is !== 'solve') return
        const { answer } = found
        if (answer.is === 'solved') write(solved(ring.spec, answer))
        else toast('No setting evens this ring', { description: `Not below ${text(answer.floor, 'factor')}: ${answer.because}.` })
      })
      .catch((error) => toast.error('Not solved', { description: errorText(error) }))
      .finally(() => setSolving(false))
  }
  return (
    <Section
      title="Nodes, and what if"
      note={changed ? 'as you changed it; nothing is written' : 'change the points to see what would move'}
      actions={
        <>
          <Button
            onClick={even}
            busy={solving}
            disabledBecause={
              ring.algorithm === 'redis-cluster'
                ? 'Slots are given out by hand; a cluster has no weights.'
                : !compared && 'The ring must be computed first.'
            }
          >
            Even it
          </Button>
          <Button onClick={() => void setEdit(null)} disabledBecause={!changed && 'Nothing is changed.'}>
            Reset
          </Button>
          <Go href={labHref({ ring: ring.name }, changed ? { after } : {})} className={buttonLook()}>
            Open in the lab
          </Go>
        </>
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[260px_minmax(0,1fr)]">
        <div className={`flex min-h-65 flex-col items-center gap-2 ${busy ? 'opacity-60' : ''}`} aria-busy={busy}>
          {compared && circles && (
            <RingCircle
              now={circles.before}
              then={changed ? circles.after : undefined}
              label={`${compared.seenBefore ? 'of the reads' : 'of the keys'}${changed ? ', then' : ''}`}
              factor={changed ? compared.imbalanceAfter : compared.imbalanceBefore}
              lit={lit}
            />
          )}
          {changed && <p className="text-dim text-xs">outside as it is, inside as it would be</p>}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <div className="overflow-x-auto">
            <table aria-label="Nodes" className="w-full text-sm">
              <thead className="text-dim text-xs">
                <tr>
                  <th scope="col" className="py-1 pr-3 text-left font-normal">
                    Node
                  </th>
                  <th scope="col" className="py-1 pr-3 text-right font-normal">
                    {field === 'points' ? 'Points' : 'Weight'}
                  </th>
                  <th scope="col" className="py-1 pr-3 text-right font-normal">
                    Of the keys
                  </th>
                  <th scope="col" className="py-1 text-right font-normal">
                    Of the reads
                  </th>
                </tr>
              </thead>
              <tbody>
                {after.nodes.map((node, at) => {
                  const before = ring.spec.nodes[at]
                  return (
                    <tr
                      key={node.name}
                      className="border-line border-t"
                      onPointerEnter={() => setLit(node.name)}
                      onPointerLeave={() => setLit(null)}
                      onFocus={() => setLit(node.name)}
                      onBlur={() => setLit(null)}
                    >
                      <th scope="row" className="py-1 pr-3 text-left font-medium [overflow-wrap:anywhere]">
                        <NodeSwatch colour={colours.get(node.name)} />
                        {safe(node.name, 60)}
                        <span className="ml-2 font-mono font-normal text-dim text-xs max-sm:hidden">{safe(node.address ?? '', 60)}</span>
                      </th>
                      <td className="py-1 pr-3 text-right">
                        <span className="inline-flex items-center gap-2">
                          {changed && before?.[field] !== node[field] && <span className="text-dim tabular">{before?.[field] ?? 1} →</span>}
                          <Input
                            type="number"
                            min={1}
                            max={EDIT_MAX}
                            aria-label={`${field} of ${safe(node.name, 60)}`}
                            value={node[field] ?? ''}
                            onChange={({ target }) =>
                              set(
                                node.name,
                                target.value === '' ? undefined : Math.min(EDIT_MAX, Math.max(1, Math.round(Number(target.value)))),
                              )
                            }
                            className="w-20 text-right tabular"
                          />
                        </span>
                      </td>
                      <td className="num py-1 pr-3">
                        <FromTo
                          before={compared?.ownedBefore.get(node.name)}
                          after={changed ? compared?.ownedAfter.get(node.name) : undefined}
                        />
                      </td>
                      <td className="num py-1">
                        <FromTo
                          before={compared?.seenBefore?.get(node.name)}
                          after={changed ? compared?.seenAfter?.get(node.name) : undefined}
                        />
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
          {because && (
            <p role="alert" className="text-critical-text text-sm">
              {safe(because, 300)}
            </p>
          )}
        </div>
      </div>
      {changed && compared && (
        <div className="mt-4 grid gap-6 lg:grid-cols-2">
          <Outcome source={source} after={shown} compared={compared} />
          <MakeChange source={source} after={shown} compared={compared} onDone={() => void setEdit(null)} />
        </div>
      )}
    </Section>
  )
}
