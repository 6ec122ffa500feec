'use client'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import type { AlertRouteView } from '@/lib/model/answers/alertRoute.ts'
import type { ShadowView } from '@/lib/model/answers/shadow.ts'
import { ShadowTable, shadowWords } from '../Shadow.tsx'
import { Destinations } from '../WhereTo.tsx'
import { bodyOf, type Draft } from './draft.ts'

/** Where a finding would go by the edit, and what the last week would have sent. */
export function Try({ draft }: { draft: Draft }) {
  const [asked, ask] = useState({ rule: '', severity: 'critical', target: '' })
  const { rule, severity, target } = useDeferredValue(asked)
  const body = bodyOf(draft)
  const where = useTried<AlertRouteView>('alerts/config/route', { ...body, rule, severity, subject: target ? { target } : {} })
  const week = useTried<ShadowView>('alerts/config/shadow', body)
  return (
    <div className="flex flex-col gap-4 py-3">
      <h3 className="font-medium text-sm">Where would this go</h3>
      <div className="flex flex-wrap gap-3">
        <Field label="Rule">
          {(props) => (
            <Input {...props} placeholder="any" value={asked.rule} onChange={(event) => ask({ ...asked, rule: event.target.value })} />
          )}
        </Field>
        <Field label="Severity">
          {(props) => (
            <Select
              {...props}
              options={['critical', 'warning', 'info']}
              value={asked.severity}
              onChange={(event) => ask({ ...asked, severity: event.target.value })}
            />
          )}
        </Field>
        <Field label="Target">
          {(props) => (
            <Input {...props} placeholder="any" value={asked.target} onChange={(event) => ask({ ...asked, target: event.target.value })} />
          )}
        </Field>
      </div>
      {where.error && <Failure tried="These routes could not be asked." answer={errorText(where.error)} />}
      {where.data && <Destinations answer={where.data} label="Where would this go by the edit" />}
      <h3 className="font-medium text-sm">The last 7 days by the edited routes</h3>
      {week.data ? (
        <>
          <p className="text-sm">{shadowWords(week.data)}</p>
          <ShadowTable answer={week.data} label="The last 7 days by the edited routes" />
        </>
      ) : (
        !week.error && <Skeleton className="h-16" />
      )}
    </div>
  )
}

function useTried<T>(path: string, body: unknown) {
  return useQuery({
    queryKey: ['alerts', 'tried', path, JSON.stringify(body)],
    queryFn: ({ signal }) => post<T>(path, body, signal),
    retry: false,
    gcTime: 0,
  })
}
