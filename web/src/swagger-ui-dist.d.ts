// swagger-ui-dist has no types. These are the ones that the page uses.
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerUI {
    (options: Record<string, unknown>): unknown;
    presets: { apis: unknown };
  }
  const ui: SwaggerUI;
  export default ui;
}
