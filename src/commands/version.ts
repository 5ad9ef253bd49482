/** Version of the package; the build replaces it by what package.json says. */
export const VERSION: string = typeof TKRB5_VERSION === 'string' ? TKRB5_VERSION : 'development'

declare const TKRB5_VERSION: string | undefined
