'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { useDeferredValue, useMemo } from 'react'
import { toast } from 'sonner'
import { BalanceStrip } from '@/components/charts/BalanceStrip.tsx'
import { path, post, sayError } from '@/components/frame/api.ts'
import { Go, useGo } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { labHref } from '@/components/lab/labHref.ts'
import { Button, buttonLook } from '@/components/ui/button.tsx'
import { Input } from '@/components/ui/field.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Facts, Section } from '@/components/ui/page.tsx'
import { safe, text } from '@/lib/format/format.ts'
import type { RingSpec } from '@/lib/model/ring.ts'
import type { FrameView, RingView } from '@/lib/model/views.ts'
import { solveRing } from '@/lib/rings/solver.ts'
import { drawn } from './circle.ts'
import { readEdit, writeEdit } from './edit.ts'
import { NodeSwatch, RingCircle } from './RingCircle.tsx'
import { sharesSeen, stepsOf, type WhatIf, whatIf } from './whatif.ts'

/** The nodes with their points to play with, and at once what that would do. The edit is in the URL: a colleague sees the same. */
export function WhatIfPanel({ ring }: { ring: RingView }) {
  const [edit, setEdit] = useQueryState('points', parseAsString.withDefault('').withOptions({ scroll: false }))
  const after = useMemo(() => readEdit(ring.spec, edit), [ring.spec, edit])
  const knob = ring.spec.nodes.some((node) => node.points !== undefined) ? 'points' : 'weight'
  const changed = edit !== '' && JSON.stringify(after) !== JSON.stringify(ring.spec)
  const deferred = useDeferredValue(after)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the spec and the shares decide; the rest of the view is renewed each second
  const answer = useMemo<WhatIf | { because: string }>(() => {
    try {
      return whatIf(ring, deferred)
    } catch (error) {
      return { because: sayError(error) }
    }
  }, [JSON.stringify([ring.spec, ring.nodes.map((node) => node.shareSeen?.toFixed(3)), ring.readsPerSecond?.toFixed(0)]), deferred])
  const names = ring.spec.nodes.map((node) => node.name)
  const set = (name: string, value: number | undefined) =>
    void setEdit(
      writeEdit(ring.spec, { ...after, nodes: after.nodes.map((node) => (node.name === name ? { ...node, [knob]: value } : node)) }) ||
        null,
    )
  const even = () => {
    const seen = sharesSeen(ring.nodes)
    const solved = solveRing({ spec: ring.spec, ...(seen ? { seen } : {}) })
    if (solved.is === 'floor')
      return toast('No setting evens this ring', { description: `Not below ${text(solved.floor, 'factor')}: ${solved.because}.` })
    const value = new Map(solved.nodes.map((node) => [node.name, node.after]))
    void setEdit(
      writeEdit(ring.spec, {
        ...ring.spec,
        nodes: ring.spec.nodes.map((node) => ({ ...node, [solved.setting]: value.get(node.name) ?? node[solved.setting] })),
      }) || null,
    )
  }
  const fine = !('because' in answer)
  const parts = (owned: ReadonlyMap<string, number>, seen: ReadonlyMap<string, number> | null, spec: RingSpec) =>
    spec.nodes.map((node) => ({ name: node.name, seen: (seen ?? owned).get(node.name) ?? 0, expected: 1 / spec.nodes.length }))
  return (
    <Section
      title="Nodes, and what if"
      note={changed ? 'as you changed it; nothing is written' : 'change the points to see what would move'}
      actions={
        <>
          <Button
            onClick={even}
            disabledBecause={ring.algorithm === 'redis-cluster' && 'Slots are given out by hand; a cluster has no weights.'}
          >
            Even it
          </Button>
          <Button onClick={() => void setEdit(null)} disabledBecause={!changed && 'Nothing is changed.'}>
            Reset
          </Button>
          <Go href={labHref(`ring:${ring.name}`, changed ? { after } : {})} className={buttonLook()}>
            Open in the lab
          </Go>
        </>
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-[auto_minmax(0,1fr)]">
        <div className="flex flex-col items-center gap-2">
          {fine && (
            <RingCircle
              now={drawn(ring.spec)}
              then={changed ? drawn(deferred) : undefined}
              centre={{
                label: changed ? 'then' : answer.seenBefore ? 'of the reads' : 'of the keys',
                value: changed ? answer.imbalanceAfter : answer.imbalanceBefore,
              }}
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
                    {knob === 'points' ? 'Points' : 'Weight'}
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
                {after.nodes.map((node) => {
                  const before = ring.spec.nodes.find((one) => one.name === node.name)
                  return (
                    <tr key={node.name} className="border-line border-t">
                      <th scope="row" className="py-1 pr-3 text-left font-medium">
                        <NodeSwatch name={node.name} names={names} />
                        {safe(node.name, 60)}
                        <span className="ml-2 font-mono font-normal text-dim text-xs max-sm:hidden">{safe(node.address ?? '', 60)}</span>
                      </th>
                      <td className="py-1 pr-3 text-right">
                        <span className="inline-flex items-center gap-2">
                          {changed && before?.[knob] !== node[knob] && <span className="text-dim tabular">{before?.[knob] ?? 1} →</span>}
                          <Input
                            type="number"
                            min={1}
                            max={10_000}
                            aria-label={`${knob} of ${safe(node.name, 60)}`}
                            value={node[knob] ?? ''}
                            onChange={(event) =>
                              set(
                                node.name,
                                event.target.value === ''
                                  ? undefined
                                  : Math.min(10_000, Math.max(1, Math.round(Number(event.target.value)))),
                              )
                            }
                            className="w-20 text-right tabular"
                          />
                        </span>
                      </td>
                      <td className="num py-1 pr-3">
                        {fine && (
                          <FromTo
                            before={answer.ownedBefore.get(node.name)}
                            after={changed ? answer.ownedAfter.get(node.name) : undefined}
                          />
                        )}
                      </td>
                      <td className="num py-1">
                        {fine && (
                          <FromTo
                            before={answer.seenBefore?.get(node.name)}
                            after={changed ? answer.seenAfter?.get(node.name) : undefined}
                          />
                        )}
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
          {!fine && <p className="text-critical-text text-sm">{answer.because}</p>}
          {fine && changed && (
            <>
              <div className="grid grid-cols-[3rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 text-sm">
                <span className="text-dim">Now</span>
                <BalanceStrip parts={parts(answer.ownedBefore, answer.seenBefore, ring.spec)} width={240} label="Shares now" />
                <span className="text-dim">Then</span>
                <BalanceStrip parts={parts(answer.ownedAfter, answer.seenAfter, deferred)} width={240} label="Shares then" />
              </div>
              <Facts
                facts={[
                  [
                    'Keys that move',
                    <span key="m">
                      <Figure value={answer.moved} unit="ratio" />
                      {answer.movedBetween.length > 0 && (
                        <span className="text-dim">
                          {' '}
                          (
                          {answer.movedBetween
                            .slice(0, 4)
                            .map(
                              ({ from, to, share }) =>
                                `${safe(from ?? 'nobody', 30)} → ${safe(to ?? 'nobody', 30)} ${text(share, 'ratio')}`,
                            )
                            .join(', ')}
                          {answer.movedBetween.length > 4 ? ', …' : ''})
                        </span>
                      )}
                    </span>,
                  ],
                  [
                    'Cold misses',
                    <span key="c">
                      up to <Figure value={answer.coldPerSecond} unit="perSecond" because="the reads of every node must be seen first" />{' '}
                      <span className="text-dim">at first: each moved key misses once, then its new owner has it</span>
                    </span>,
                  ],
                ]}
              />
              <MakeChange ring={ring} after={deferred} answer={answer} onDone={() => void setEdit(null)} />
            </>
          )}
        </div>
      </div>
    </Section>
  )
}

const FromTo = ({ before, after }: { before: number | undefined; after: number | undefined }) => (
  <>
    {after !== undefined && before !== undefined && Math.abs(after - before) >= 0.0005 && (
      <span className="text-dim">
        <Figure value={before} unit="ratio" /> →{' '}
      </span>
    )}
    <Figure value={after ?? before} unit="ratio" />
  </>
)

/** The edit as a change of one's own: written to the control document, then watched like any other. */
function MakeChange({ ring, after, answer, onDone }: { ring: RingView; after: RingSpec; answer: WhatIf; onDone: () => void }) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const made = stepsOf(ring, after)
  const make = useMutation({
    mutationFn: () =>
      post<{ change: string }>('changes', {
        steps: 'steps' in made ? made.steps : [],
        because: `Points set by hand: imbalance ${text(answer.imbalanceBefore, 'factor')} to ${text(answer.imbalanceAfter, 'factor')}, ${text(answer.moved, 'ratio')} of the keys move.`,
      }),
    onSuccess: ({ change }) => {
      onDone()
      for (const key of ['changes', 'rings', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      go(path`/changes/${change}`)
    },
    onError: (error) => toast.error('Not applied', { description: sayError(error) }),
  })
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        look="primary"
        busy={make.isPending}
        disabledBecause={'because' in made ? made.because : frame?.mode === 'observe' && 'Nothing is written in observe mode.'}
        onClick={() => make.mutate()}
      >
        Apply these points
      </Button>
      <span className="text-dim text-sm">
        {'because' in made
          ? made.because
          : 'Moving a ring back can serve values that were written before: it is rolled back by itself only on a breach.'}
      </span>
    </div>
  )
}
