// swagger-ui-dist ships no types; these are the few that the page uses.
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerUI {
    (options: Record<string, unknown>): unknown;
    presets: { apis: unknown };
  }
  const ui: SwaggerUI;
  export default ui;
}
