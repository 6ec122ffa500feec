/** What the sheet of receivers and routes shows, as it stands in the address. */
export const EDIT_TABS = ['receivers', 'routes', 'try'] as const
export type EditTab = (typeof EDIT_TABS)[number]
