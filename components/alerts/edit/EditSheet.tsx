'use client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, get, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { AlertsConfigView } from '@/lib/model/answers/alertsEdit.ts'
import type { TestedView } from '@/lib/model/answers/delivery.ts'
import { tellFate } from '../tellFate.ts'
import type { ChannelSchema } from './ChannelForm.tsx'
import { bodyOf, type Draft, draftOf } from './draft.ts'
import type { EditTab } from './editTabs.ts'
import { ReceiverForms } from './ReceiverForms.tsx'
import { ReviewDialog } from './ReviewDialog.tsx'
import { RouteForms } from './RouteForms.tsx'
import { Try } from './Try.tsx'

type Props = { tab: EditTab; onTab: (tab: EditTab) => void; onClose: () => void }

/** Receivers and routes of the configuration file, to be edited, tried and written. */
export function EditSheet(props: Props) {
  // Not asked again by itself: what is being typed would be lost when somebody else edits the file; saving says so then.
  const { data, error } = useQuery({
    queryKey: ['alerts', 'config'],
    queryFn: ({ signal }) => get<AlertsConfigView>('alerts/config', undefined, signal),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (data) return <Editor key={data.hash} view={data} {...props} />
  return (
    <Sheet wide onClose={props.onClose} title="Receivers and routes">
      {error ? <Failure tried="The configuration could not be read." answer={errorText(error)} /> : <Skeleton className="h-40" />}
    </Sheet>
  )
}

function Editor({ view, tab, onTab, onClose }: Props & { view: AlertsConfigView }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(view))
  const [reviewing, review] = useState(false)
  const isChanged = JSON.stringify(bodyOf(draft)) !== JSON.stringify(bodyOf(draftOf(view)))
  const names = draft.receivers.map(({ value }) => String(value.name ?? ''))
  const test = useMutation({
    mutationFn: (receiver: string) => post<TestedView>('alerts/config/test', { ...bodyOf(draft), receiver }),
    onSuccess: ({ deliveries }, name) => tellFate(name, deliveries),
    onError: (error) => toast.error('No test sent', { description: errorText(error) }),
  })
  const close = () => {
    if (!isChanged || window.confirm('Leave without saving what was edited?')) onClose()
  }
  return (
    <Sheet
      wide
      onClose={close}
      title="Receivers and routes"
      lead={
        view.fixed
          ? `It can be tried, not saved. ${view.fixed}`
          : `As ${view.file} has them. Nothing is written before you have seen the difference.`
      }
      foot={
        <Button look="primary" onClick={() => review(true)} disabledBecause={!isChanged && 'Nothing was edited.'}>
          Show the difference
        </Button>
      }
    >
      <Tabs
        label="What is edited"
        value={tab}
        onChange={(id) => onTab(id as EditTab)}
        tabs={[
          {
            id: 'receivers',
            label: `Receivers (${draft.receivers.length})`,
            content: (
              <ReceiverForms
                items={draft.receivers}
                channels={view.channels as Record<string, ChannelSchema>}
                onChange={(receivers) => setDraft({ ...draft, receivers })}
                onTest={(name) => test.mutate(name)}
                testing={test.isPending ? test.variables : null}
              />
            ),
          },
          {
            id: 'routes',
            label: `Routes (${draft.routes.length})`,
            content: <RouteForms items={draft.routes} receivers={names} onChange={(routes) => setDraft({ ...draft, routes })} />,
          },
          { id: 'try', label: 'Try it', content: <Try draft={draft} /> },
        ]}
      />
      {reviewing && <ReviewDialog draft={draft} view={view} onClose={() => review(false)} />}
    </Sheet>
  )
}
