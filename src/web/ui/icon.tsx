const icons = {
  fleet:
    'M2 2h3v3H2zM6.5 2h3v3h-3zM11 2h3v3h-3zM2 6.5h3v3H2zM6.5 6.5h3v3h-3zM11 6.5h3v3h-3zM2 11h3v3H2zM6.5 11h3v3h-3zM11 11h3v3h-3z',
  drift: 'M2 5h8M2 11h5M11 8l3 3-3 3-3-3z',
  bundles: 'M8 1.5l6 3v7l-6 3-6-3v-7zM2 4.5l6 3 6-3M8 7.5v7',
  namespaces: 'M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3M5 6h6v4H5z',
  rollouts: 'M2 4h4M2 8h8M2 12h12M12 6l2 2-2 2',
  jobs: 'M2 3.5l1.5 1.5L6 2.5M2 8l1.5 1.5L6 7M2 12.5l1.5 1.5L6 11.5M8 4h6M8 8.5h6M8 13h6',
  compare: 'M2 3h4.5v10H2zM9.5 3H14v10H9.5zM11 7h1.5M3.5 7H5',
  access:
    'M5.5 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-3 1.6-4.2 4-4.2M11 8.5v5.5M11 8.5a2 2 0 1 1 0-.01M11 11.5h2.5M11 13.5h2',
  search: 'M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM11 11l3.5 3.5',
  activity: 'M1.5 8h3l2-5 3 10 2-5h3',
  start: 'M4 2v12M4 3h8l-2 3 2 3H4',
  settings:
    'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4',
  freeze: 'M8 1.5v13M2.4 4.8l11.2 6.4M13.6 4.8L2.4 11.2M6 3l2 2 2-2M6 13l2-2 2 2',
  help: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM6.2 6.2c.2-2.3 3.8-2.2 3.7 0-.1 1.3-1.9 1.4-1.9 2.8M8 11.6v.1',
  link: 'M6.5 9.5l3-3M7 4.5l1.3-1.3a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5l-1.3 1.3a3 3 0 0 1-4.3-4.3l1.3-1.3',
  filter: 'M2 3h12l-4.5 5.5V13l-3-1.5v-3z',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  tick: 'M3 8.5l3.5 3.5L13 4.5',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 3l8 5-8 5z',
} as const

export type IconName = keyof typeof icons

/** A drawing beside a word; it says nothing by itself. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden>
      <path d={icons[name]} />
    </svg>
  )
}

/** The keel. */
export function Logo() {
  return (
    <svg
      viewBox="0 0 28 28"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M3 11h22l-3.2 7.5H6.2z" />
      <path d="M14 18.5V25M14 11V3" />
    </svg>
  )
}
