'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { tellRefusal } from '@/components/approvals/askApproval.ts'
import { path, post } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { noChangeBecause, nowhereOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { followersWord } from '@/lib/format/followers.ts'
import { duration, safe, text } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { durationText, parseDuration } from '@/lib/model/duration.ts'
import { ttlSteps } from './steps.ts'

/** How long keys live, by policy: what applications follow, and a change of one's own. Nothing where no policy is configured. */
export function TtlPolicies({ initialData }: { initialData: Page<TtlPolicyView> }) {
  const list = usePages<TtlPolicyView>(['ttls'], 'ttls', { initialData, everyMs: 5_000, all: true })
  const [editing, setEditing] = useState<string | null>(null)
  if (list.items.length === 0) return null
  const policy = list.items.find((one) => one.name === editing)
  return (
    <Section flush title="TTL policies" note="How long keys live; applications follow the document.">
      <Table label="TTL policies" sticky={false} columns={columns(setEditing)} rows={list.items} rowKey={(p) => p.name} />
      {policy && <EditTtl policy={policy} onClose={() => setEditing(null)} />}
    </Section>
  )
}

const columns = (edit: (name: string) => void): Column<TtlPolicyView>[] => [
  { id: 'name', head: 'Policy', sort: (p) => p.name, cell: (p) => <span className="font-medium">{safe(p.name, 60)}</span> },
  { id: 'match', head: 'Keys', cell: (p) => <span className="font-mono text-xs">{safe(p.match, 60)}</span>, grow: true },
  { id: 'ttl', head: 'TTL', right: true, sort: (p) => p.ttlMs, cell: (p) => <span title={`${p.ttlMs} ms`}>{duration(p.ttlMs)}</span> },
  { id: 'jitter', head: 'Jitter', right: true, sort: (p) => p.jitter, cell: (p) => <Figure value={p.jitter} unit="ratio" /> },
  {
    id: 'span',
    head: 'So keys live',
    right: true,
    cell: (p) => (p.jitter === 0 ? 'all alike' : `${duration(p.ttlMs * (1 - p.jitter))} to ${duration(p.ttlMs * (1 + p.jitter))}`),
    from: 'md',
  },
  {
    id: 'followers',
    head: 'Followers',
    cell: (p) => {
      const said = followersWord(p)
      return <Status tone={said.tone}>{said.word}</Status>
    },
    from: 'sm',
  },
  {
    id: 'document',
    head: 'Document',
    cell: (p) => (
      <Go href={path`/targets/${p.control.target}`} className={linkLook}>
        {safe(p.control.target, 40)} <span className="font-mono text-xs">{safe(p.control.key, 60)}</span>
      </Go>
    ),
    from: 'lg',
  },
  {
    id: 'edit',
    head: <span className="sr-only">Change</span>,
    right: true,
    cell: (p) => (
      <Button aria-label={`Change ${safe(p.name, 60)}`} disabledBecause={p.error && safe(p.error, 200)} onClick={() => edit(p.name)}>
        Change…
      </Button>
    ),
  },
]

function EditTtl({ policy, onClose }: { policy: TtlPolicyView; onClose: () => void }) {
  const go = useGo()
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const [ttl, setTtl] = useState(durationText(policy.ttlMs))
  const [jitter, setJitter] = useState(String(policy.jitter))
  const ttlMs = parseDuration(ttl)
  const part = jitter.trim() === '' ? Number.NaN : Number(jitter)
  const wrongTtl = ttlMs === null || ttlMs <= 0 ? 'A duration: 90s, 10m, 1h.' : null
  const wrongJitter = !(part >= 0 && part <= 1) ? 'A number from 0 to 1.' : null
  const steps = wrongTtl || wrongJitter ? [] : ttlSteps(policy, ttlMs!, part)
  const wanted = () => ({ steps, because: `TTL of ${policy.match} set by hand.` })
  const apply = useMutation({
    mutationFn: () => post<{ change: string }>('changes', wanted()),
    onSuccess: ({ change }) => {
      for (const key of ['changes', 'ttls', 'overview']) void client.invalidateQueries({ queryKey: [key] })
      onClose()
      go(path`/changes/${change}`)
    },
    onError: (error) => tellRefusal(error, 'Not applied', wanted()),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={`TTL of ${safe(policy.match, 60)}`}
      lead="Keys written from now on follow it; keys that are there keep theirs."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            busy={apply.isPending}
            disabledBecause={nowhereOperatorBecause(frame) ?? noChangeBecause(frame) ?? (steps.length === 0 && 'Nothing is changed.')}
            onClick={() => apply.mutate()}
          >
            Apply
          </Button>
        </>
      }
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="TTL" wrong={wrongTtl} help={`now ${duration(policy.ttlMs)}`}>
          {(props) => <Input {...props} value={ttl} onChange={(event) => setTtl(event.target.value)} className="tabular" />}
        </Field>
        <Field label="Jitter" wrong={wrongJitter} help={`now ${text(policy.jitter, 'ratio')}; each key's TTL is drawn evenly around it`}>
          {(props) => (
            <Input {...props} inputMode="decimal" value={jitter} onChange={(event) => setJitter(event.target.value)} className="tabular" />
          )}
        </Field>
      </div>
    </Dialog>
  )
}
