import { path, post, remove } from '@/components/frame/api.ts'
import type { BrowsersView, BrowserView } from '@/lib/model/answers/browser.ts'

/** Which browser this is among one's own, as the server calls it. */
const MINE = 'evenkeel.browser'

/** Web Push of this browser: asks for permission, starts the service worker, and tells the server where to push. Throws with a sentence. */
export async function subscribe({ key }: Pick<BrowsersView, 'key'>): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('This browser does not allow notifications of this address.')
  await navigator.serviceWorker.register('/sw.js')
  const { pushManager } = await navigator.serviceWorker.ready
  // With the keys of another Evenkeel, or of this one before its data folder was lost, it would refuse ours.
  await (await pushManager.getSubscription())?.unsubscribe()
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  const { endpoint, keys } = made.toJSON()
  const { id } = await post<BrowserView>('browsers', { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } })
  localStorage.setItem(MINE, id)
}

/** Ends it on both sides. */
export async function unsubscribe(): Promise<void> {
  const id = localStorage.getItem(MINE)
  localStorage.removeItem(MINE)
  const registration = await navigator.serviceWorker.getRegistration('/sw.js')
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
  if (id) await remove(path`browsers/${id}`)
}

/** Whether notices are pushed to this browser. */
export const isSubscribed = ({ items }: Pick<BrowsersView, 'items'>): boolean => items.some(({ id }) => id === localStorage.getItem(MINE))
