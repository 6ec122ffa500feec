'use client'
import { useState } from 'react'
import { Code } from '@/components/ui/code.tsx'
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

/** Infrastructure code by its forms, a tab each; every text has a button that copies it. Why there is none stands above. */
export function SnippetTabs({ code: { items, missing } }: { code: CodeView }) {
  const [form, setForm] = useState('')
  const tabs = ORDER.filter((one) => items.some((item) => item.form === one)).map((one) => ({
    id: one,
    label: LABELS[one],
    content: <Snippets items={items.filter((item) => item.form === one)} />,
  }))
  return (
    <div className="mt-2 flex flex-col gap-2">
      {missing.map((text) => (
        <p key={text} className="max-w-prose text-dim">
          <Sentence text={text} max={400} />
        </p>
      ))}
      {tabs.length > 0 && <Tabs label="Forms" tabs={tabs} value={form} onChange={setForm} />}
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
