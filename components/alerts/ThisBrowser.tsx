'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from '@/components/frame/useApi.ts'
import { notify } from '@/components/frame/useEvents.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { BrowsersView } from '@/lib/model/answers/browser.ts'
import { isSubscribed, subscribe, unsubscribe } from './subscription.ts'

type Permission = NotificationPermission | 'absent'
const PERMISSION: Record<Permission, string> = {
  granted: 'It tells you of findings and verdicts while this page is open but out of sight.',
  default: 'It may tell you of findings and verdicts while this page is open but out of sight.',
  denied: 'Notifications of this address are blocked: the browser’s own settings of the site allow them again.',
  absent: 'It has no notifications, or shows them on encrypted pages alone (https, or localhost).',
}

/** Why notices cannot be pushed to this browser; null when they can. */
function refusalOf(permission: Permission | null, browsers: BrowsersView | undefined): string | null {
  if (permission === 'absent' || permission === 'denied') return PERMISSION[permission]
  if (!('PushManager' in window)) return 'This browser knows no Web Push.'
  if (!browsers) return 'Not loaded yet.'
  return browsers.receivers.length === 0 ? 'No receiver of the configuration has the channel webpush: {}.' : null
}

/** Whether this browser may speak up, with the page open or closed. Known in the browser alone, so nothing is drawn on the server. */
export function ThisBrowser() {
  const { data: browsers } = useApi<BrowsersView>(['browsers'], 'browsers')
  const [permission, setPermission] = useState<Permission | null>(null)
  const look = () => setPermission('Notification' in window ? Notification.permission : 'absent')
  useEffect(look, [])
  const isOn = permission === 'granted' && browsers !== undefined && isSubscribed(browsers)
  return (
    <Section title="This browser">
      <div className="flex min-h-8 flex-wrap items-center gap-3 text-sm">
        {permission && (
          <>
            <Status tone={permission === 'granted' ? 'ok' : 'info'}>
              {isOn ? 'notified, also with the page closed' : permission === 'granted' ? 'notifies' : 'does not notify yet'}
            </Status>
            <span className="text-dim">
              {isOn ? `It is told what goes to ${browsers.receivers.map((name) => safe(name, 60)).join(', ')}.` : PERMISSION[permission]}
            </span>
            {permission === 'default' && (
              <Button onClick={() => void Notification.requestPermission().then(look)}>While the page is open</Button>
            )}
            {permission === 'granted' && !isOn && (
              <Button onClick={() => notify('A test', 'Findings and verdicts come like this.', '/alerts')}>Show one</Button>
            )}
            <PushButton browsers={browsers} isOn={isOn} refusal={refusalOf(permission, browsers)} onDone={look} />
          </>
        )}
      </div>
    </Section>
  )
}

type PushProps = { browsers: BrowsersView | undefined; isOn: boolean; refusal: string | null; onDone(): void }

/** Begins or ends Web Push to this browser. */
function PushButton({ browsers, isOn, refusal, onDone }: PushProps) {
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: async () => (isOn ? unsubscribe() : subscribe(browsers!)),
    onSuccess: () =>
      toast(isOn ? 'Notices are no longer pushed to this browser' : 'Notices reach this browser now, with the page closed too'),
    onError: (error) => toast.error('This browser stays as it is', { description: error.message }),
    onSettled: () => {
      onDone()
      void client.invalidateQueries({ queryKey: ['browsers'] })
    },
  })
  return (
    <Button onClick={() => change.mutate()} busy={change.isPending} disabledBecause={!isOn && refusal}>
      {isOn ? 'Stop' : 'Notify this browser'}
    </Button>
  )
}
