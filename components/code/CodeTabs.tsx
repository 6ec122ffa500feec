'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, get, path } from '@/components/frame/api.ts'
import { Code } from '@/components/ui/code.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import { safe } from '@/lib/format/format.ts'
import type { CodeView, SnippetView } from '@/lib/model/answers/code.ts'

const LABELS: Record<SnippetView['form'], string> = {
  patch: 'Patch',
  ansible: 'Ansible',
  terraform: 'Terraform',
  helm: 'Helm values',
  kubectl: 'kubectl',
  aws: 'aws',
  gcloud: 'gcloud',
  az: 'az',
  shell: 'Shell',
  file: 'File',
  evenkeel: 'Evenkeel API',
}
const ORDER = Object.keys(LABELS) as SnippetView['form'][]

/** The forms of a change as tabs, each text with a button that copies it. */
export function CodeTabs({ of, id }: { of: 'changes' | 'proposals'; id: string }) {
  const [form, setForm] = useState('')
  const { data, error } = useQuery({
    queryKey: [of, id, 'code'],
    queryFn: ({ signal }) => get<CodeView>(path`${of}/${id}/code`, {}, signal),
  })
  if (error) return <Failure tried="Reading it as code" answer={errorText(error)} />
  if (!data) return <Skeleton className="h-24" />
  const forms = ORDER.filter((one) => data.items.some((item) => item.form === one))
  const tabs = forms.map((one) => ({
    id: one,
    label: LABELS[one],
    content: <Snippets items={data.items.filter((item) => item.form === one)} />,
  }))
  return (
    <div className="mt-2 flex flex-col gap-2">
      {data.missing.map((text) => (
        <p key={text} className="max-w-prose text-dim">
          <Sentence text={text} max={400} />
        </p>
      ))}
      <Tabs label="Forms" tabs={tabs} value={form} onChange={setForm} />
    </div>
  )
}

function Snippets({ items }: { items: SnippetView[] }) {
  return (
    <div className="flex flex-col gap-3 pt-3">
      {items.map(({ target, title, text, notes }) => (
        <section key={`${target} ${title}`} className="flex flex-col gap-1" aria-label={safe(title, 100)}>
          <h4 className="text-dim">
            {safe(title, 100)}
            {target !== null && `, ${safe(target, 60)}`}
          </h4>
          <Code label={safe(title, 100)} text={text} />
          {notes.map((note) => (
            <p key={note} className="max-w-prose text-dim">
              <Sentence text={note} max={400} />
            </p>
          ))}
        </section>
      ))}
    </div>
  )
}
