'use client'
import { useQuery } from '@tanstack/react-query'
import { errorText, get, path } from '@/components/frame/api.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import type { CodeView } from '@/lib/model/answers/code.ts'
import { SnippetTabs } from './SnippetTabs.tsx'

/** A change or proposal as code. */
export function CodeTabs({ of, id }: { of: 'changes' | 'proposals'; id: string }) {
  const { data, error } = useQuery({
    queryKey: [of, id, 'code'],
    queryFn: ({ signal }) => get<CodeView>(path`${of}/${id}/code`, {}, signal),
  })
  if (error) return <Failure tried="Reading it as code" answer={errorText(error)} />
  return data ? <SnippetTabs code={data} /> : <Skeleton className="h-24" />
}
