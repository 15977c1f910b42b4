// Made by `npm run types` out of openapi.json. Do not edit.

export interface paths {
    "/api/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what the service is, with links to its parts. */
        get: operations["landing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the accounts. */
        get: operations["list_accounts"];
        put?: never;
        /** Creates an account. */
        post: operations["create_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads one account with its tokens. */
        get: operations["read_account"];
        put?: never;
        post?: never;
        /** Disables an account. It is not deleted, because the history refers to it. */
        delete: operations["disable_account"];
        options?: never;
        head?: never;
        /** Changes the rights, the expiry or the password of an account, or disables it. */
        patch: operations["change_account"];
        trace?: never;
    };
    "/api/accounts/{accountId}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Creates a token for an account. */
        post: operations["create_account_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{accountId}/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a token and ends its sessions. */
        delete: operations["revoke_account_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the rows of the audit. */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/buildings/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describes how to get into a building.
         * @description The answer is for a moment and a profile. It lists the gates of the compound, the best first, each with whether it
         *     admits the profile and why not; the parking places; and the doors with their rooms. Door codes are never included.
         */
        get: operations["building_access"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/buildings/{id}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns the card of a building (楼栋档案).
         * @description It has the same members as the card of a grid. The figures count the cases at the building; the projects are those
         *     of its grid.
         */
        get: operations["building_card"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/buildings/{id}/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns how many people of a building have facilities within the standards.
         * @description It has the same members as the reach of a grid.
         */
        get: operations["building_reach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists all collections. */
        get: operations["list_collections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describes one collection. */
        get: operations["read_collection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns a page of features.
         * @description Features are ordered by id. The link `next` continues after the last id, so that a feature which matches the
         *     whole time appears exactly once, even if others are written meanwhile. Each queryable property of the
         *     collection is also a parameter: `levels=6`.
         */
        get: operations["list_items"];
        put?: never;
        /**
         * Creates a feature.
         * @description The id is taken from the feature, or generated if it has none.
         */
        post: operations["create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}/items/{featureId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns one feature.
         * @description A property with `x-onemap-recorded` in its schema (a door code) is shown only in this answer, to accounts with
         *     its role. Each look is recorded in the audit before the answer is sent. Read-only tokens do not see such
         *     properties.
         */
        get: operations["read_item"];
        /** Creates or replaces a feature. */
        put: operations["put"];
        post?: never;
        /** Deletes a feature. */
        delete: operations["delete"];
        options?: never;
        head?: never;
        /** Changes parts of a feature (JSON Merge Patch: `null` removes a property). */
        patch: operations["patch"];
        trace?: never;
    };
    "/api/collections/{collectionId}/queryables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the properties by which a collection can be filtered. */
        get: operations["queryables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the schema of a collection. */
        get: operations["schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}/tilejson.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the TileJSON of a collection. */
        get: operations["tilejson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{collectionId}/tiles/WebMercatorQuad/{z}/{y}/{x}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a tile of one collection. */
        get: operations["collection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/compounds/{id}/board": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Draws the board of a compound (小区导览板) as A3 landscape.
         * @description The board shows the buildings, the gates with what they admit and when, the ways, parking and other places, and a QR
         *     code that opens the riders' page. It shows only public data, whatever the role of the caller, because it is printed
         *     and hung at a gate.
         */
        get: operations["compound_board"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conditions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the conditions of all places with observations. */
        get: operations["list_conditions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conformance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the conformance classes. */
        get: operations["conformance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/day-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the day orders that have not ended. */
        get: operations["day_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entrances/{id}/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows the code of a door.
         * @description Each request is recorded in the audit (who, when, which entrance) before the code is sent. An account may read
         *     20 codes at once, then one per minute.
         */
        post: operations["entrance_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entrances/{id}/passages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Counts whether a person was let in at an entrance (进去了 / 没让进).
         * @description The counts are stored by entrance, hour and weekday, without account, position or network address. An address
         *     counts once per entrance and hour.
         */
        post: operations["count_passage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends changes as server-sent events. */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/grids/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the level of every grid: the worst level of its open warnings, with the reason in words. */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/grids/{id}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns the card of a grid, a community or a street (网格档案).
         * @description It shows the level with its reason, the open cases and who must act next, who is in charge from the street down to
         *     the stairwell, what stands there, the projects, the figures of the last 30 days beside those of the street, and
         *     what is missing in the data. Names and telephones of people are shown to grid workers and higher roles only.
         */
        get: operations["grid_card"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/grids/{id}/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns how many people of a grid, a community or a street have facilities within the standards.
         * @description The walks lead over the network of today, with the opening hours of noon. It has a row for each standard of
         *     `standards.toml` that names its facilities.
         */
        get: operations["grid_reach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/handovers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the shift handovers of the caller's communities (交接班记录).
         * @description Handovers are kept for 366 days after they were taken over.
         */
        get: operations["list_handovers"];
        put?: never;
        /**
         * Hands a shift over (交班): stores the numbers and cases as they are now, under the caller's account.
         * @description At most one handover of the same communities is open.
         */
        post: operations["hand_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/handovers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns what the caller would hand over now: open cases, those due until the end of the next shift, and what was
         *     done in the shift.
         */
        get: operations["preview_handover"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/handovers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a handover, and how its cases are now. */
        get: operations["read_handover"];
        put?: never;
        post?: never;
        /** Withdraws a handover that nobody has taken over (撤回). Only who handed over and administrators may. */
        delete: operations["withdraw_handover"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/handovers/{id}/receive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs a handover for receipt (接班). Sending it again has no effect. */
        post: operations["receive_handover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Uploads a file and creates a job that plans its import. Nothing is written to the map.
         * @description The plan compares the file with the map at the start of the job. The result of the job is a report: how many
         *     features are new, changed, removed or rejected (with the reasons), samples of them, and their extent.
         */
        post: operations["plan_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{jobId}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Creates a job that writes the plan of an import as one commit. A plan can be committed once.
         * @description If features of the plan were changed after planning, nothing is written: plan the import again. If this is known at
         *     once, the response is 409 and no job is created; otherwise the job ends as `failed`, and its `problem` names the
         *     features.
         */
        post: operations["commit_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/imports/{jobId}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Creates a job that undoes a committed import in one commit: its features get back their previous state.
         * @description An import can be undone once. If its features were changed later, nothing is written, unless `partly` is true: then
         *     these features stay as they are, and the report lists them. If this is known at once, the response is 409 and no job
         *     is created; otherwise the job ends as `failed`, and its `problem` names the features.
         */
        post: operations["undo_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the invites.
         * @description Officers see their own invites, administrators see all.
         */
        get: operations["list_invites"];
        put?: never;
        /** Creates an invite. */
        post: operations["create_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invites/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts an invite: creates an account and signs in with it. */
        post: operations["accept_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invites/{inviteId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an invite. Accounts that were created with it stay. */
        delete: operations["revoke_invite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/isochrone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns what can be reached within a time. */
        get: operations["isochrone"];
        put?: never;
        /** Returns what can be reached from a place within a time. */
        post: operations["isochrone_from"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the jobs of the caller; for administrators, all jobs. */
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{jobId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a job with its state and result. */
        get: operations["read_job"];
        put?: never;
        post?: never;
        /** Cancels an unfinished job, or removes a finished one with its uploaded file. */
        delete: operations["delete_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{jobId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Streams the state of a job until it has ended. */
        get: operations["job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/nearest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the features that are nearest to a place. */
        get: operations["nearest"];
        put?: never;
        /**
         * Returns the features with the shortest travel times.
         * @description Travel times are those over the network: gates, opening hours and closures count. The position of a person
         *     is sent in the body, which is not logged.
         */
        post: operations["nearest_by_travel_time"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/network": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the parts of the network file of an area.
         * @description With the four parts, a phone finds places, shows access cards and computes routes without a network connection.
         *     They contain only what the public may read, and no door codes. Opening hours are given for 14 days.
         */
        get: operations["network"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/network/parts/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a part of a network file. */
        get: operations["network_part"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/observations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Records an observation at a place. */
        post: operations["observe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/patrols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the grids that were walked on a day (巡查记录).
         * @description Officers also see who walked. Accounts are kept for 31 days, the hours without accounts for 400 days.
         */
        get: operations["list_patrols"];
        put?: never;
        /**
         * Records that the caller has walked a grid (巡查到格).
         * @description Only the grid, the day and the hour are stored with the account. Sending it again has no effect.
         */
        post: operations["note_patrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Uploads a photo. If no report, step or feature names it, it is removed after 24 hours. */
        post: operations["create_photo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/photos/{photoId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a photo of a feature. */
        get: operations["read_photo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns the coverage of the map without edits, for a screen: as `POST`, but with parameters instead of a body.
         * @description A read-only token may ask, because nothing is sent but a question. The figures are those of `POST` with the same
         *     fields.
         */
        get: operations["shown_coverage"];
        put?: never;
        /**
         * Returns how many people have a facility within a standard, and which people have none.
         * @description Walks start at doors and follow the network. If the standard is a time, stairs and lifts to the storeys count too.
         *     Opening hours of ways, gates and facilities are read for the moment `at`, which is the same for the whole walk.
         */
        post: operations["coverage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/coverage/week": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Creates a job that computes the coverage in each hour of a week: the mean, and the worst hour.
         * @description The week begins with the day of `at`. For each hour, opening hours of ways, gates and facilities are read for
         *     the middle of the hour. `by` names the areas for which the result has the mean share and the worst
         *     hour. Facilities of `add` are always open. `brief` and `limit` change nothing.
         */
        post: operations["coverage_week"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists all scenarios. */
        get: operations["list_scenarios"];
        put?: never;
        /**
         * Saves a new scenario.
         * @description The edits are checked against the present map.
         */
        post: operations["create_scenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/scenarios/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a scenario. */
        get: operations["read_scenario"];
        /**
         * Replaces the name, edits and question of a scenario.
         * @description The edits are checked against the present map. The member `seq` of the scenario becomes the number of the present
         *     commit.
         */
        put: operations["save_scenario"];
        post?: never;
        /** Deletes a scenario. */
        delete: operations["delete_scenario"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/sitings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Creates a job that finds where facilities should stand.
         * @description The job reads the map when it starts, finds the walks from every door to every candidate, and searches until a plan
         *     is proven to be the best or the time limit is reached. The result has the best plan found, a bound (no plan is
         *     better than it), the gap between the two, and the reason why the solver stopped. The progress of the job has the
         *     objective of the best plan so far, the bound and the gap. `docs/planning.md` says which constraint applies to which
         *     problem.
         *
         *     With `problem: "access"`, the job finds which access rules to change instead, such as which gate should open.
         */
        post: operations["create_siting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/plan/standards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the standards, which say how near a facility must be. */
        get: operations["standards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists all presets. */
        get: operations["list_presets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Saves a preset, and replaces one with the same name. */
        put: operations["put_preset"];
        post?: never;
        /** Deletes a preset. */
        delete: operations["delete_preset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the livelihood projects (民生实事), as everybody may read them. */
        get: operations["list_projects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Rates a project that is done, without an account.
         * @description A device rates a project once; with the same key it changes its rating. A rating has no text, and neither the
         *     account nor the network address is stored.
         */
        put: operations["rate_project"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Returns the route to the door.
         * @description The steps say which gate lets the vehicle in at this hour and what must be shown there, where to park, which
         *     unit door to use, and whether there is a lift. Each leg is a line with its steps. `summary.other_gates`
         *     gives, for each other gate of the compound, the reason why the route does not use it. Neither the request
         *     nor a position in it is logged or stored.
         */
        post: operations["route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the rules in force. */
        get: operations["rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finds features by name and address.
         * @description Names are found by characters (simplified or traditional), pinyin, first letters, or any mix of these; buildings also
         *     by number in the usual spellings: 3号楼, 三号楼, 3栋, 3幢, A座, #3, 3-2-501, 24号楼2单元602. If nothing matches, the
         *     search ignores areas before the name (天津市北辰区…), then accepts one typing mistake in the name, then ignores the
         *     number and says so in `note`. The text of an order may be pasted, but clients should remove names, telephone numbers
         *     and notes first; the server ignores them.
         *
         *     If the query names a unit or room, a building in the result has `address` with `unit` and `room`; with `door`, the id
         *     of the entrance, if it is known; and with `note` if the unit or room does not exist. The search takes no position:
         *     clients sort equally good results by distance.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the account that is signed in. */
        get: operations["read_session"];
        put?: never;
        /** Signs in with a token, or with a name and a password. */
        post: operations["sign_in"];
        /** Signs out. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes the password. All other sessions of the account end. */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists all silences, including ended ones. */
        get: operations["list_silences"];
        put?: never;
        /** Begins a silence. */
        post: operations["begin_silence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/silences/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a silence early. */
        delete: operations["end_silence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/styles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a MapLibre style. */
        get: operations["style"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/themes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the themes in force. */
        get: operations["themes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/themes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns a thematic map: the value and the class of each area.
         * @description The map of the present is at most about a second older than the newest commit; `seq` names the commit that it
         *     shows. A past map counts the features of then, by the themes and standards of today.
         */
        get: operations["theme"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tiles/WebMercatorQuad/{z}/{y}/{x}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a tile of several collections. */
        get: operations["several"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/trip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Plans a trip to several doors.
         * @description Finds the order of the deliveries that ends first, with time windows, parking places, and walks from door to door.
         *     For up to 8 deliveries the trip is the best one, and `summary.is_exact` is true; for more, a heuristic finds a good
         *     one. Opening hours are read for the time of each leg. Neither the request nor a position in it is logged or
         *     stored.
         */
        post: operations["trip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the warnings.
         * @description The parameters are those of a collection's items (`bbox`, `limit`, `after`, `datetime`, `sortby`, any
         *     property: `level=red&status=filed`), and the ones below.
         */
        get: operations["list_warnings"];
        put?: never;
        /**
         * Reports a problem.
         * @description `key` is an idempotency key that the client generates. The same report with the same key from the same
         *     account (or, without an account, from anybody with the key) is the same case and is answered with 200. A
         *     different report with the same key is refused (422). Use at least 32 random characters: a client without an
         *     account gets its `receipt` again with the key.
         *
         *     A photo is named by `{id, claim}` from the answer to its upload. It belongs to this case alone.
         */
        post: operations["report_warning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/caller": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lists the cases that were reported with a telephone number, the latest first. The audit has each case that was shown. */
        post: operations["cases_of_caller"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists recent open cases of the same category nearby, the nearest first. */
        get: operations["warning_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exports selected cases as a spreadsheet.
         * @description The columns are those that the caller may see, as in the export of the whole list.
         */
        post: operations["export_warnings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the statistics of the ledger for a month, beside those of the month before. */
        get: operations["warning_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Imports a ledger from a spreadsheet.
         * @description The format (CSV in UTF-8, UTF-16 or GB 18030; XLSX, XLS, an HTML table or SpreadsheetML) is detected from the
         *     content. Headers are in Chinese or English. All visible sheets with these headers are read; hidden sheets only if no
         *     visible one has them. `skipped` lists the sheets that are not read.
         *
         *     Each row becomes the steps of its case, each with its own time. If there is a problem in any row, nothing is
         *     written. Importing the same sheet again changes nothing; rows with new steps continue their cases.
         */
        post: operations["import_warnings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/import/template": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns an empty sheet for the import, with explanations and lists of the accepted values. */
        get: operations["import_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/place": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the building, unit, compound and grid of a place, as a report at this place would save them. */
        get: operations["report_place"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the present state and the last days. */
        get: operations["warning_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns one case.
         * @description Signed-in callers also get the actions that they may take (`allowed`) and whose turn it is (`turn`). With
         *     the receipt, or with its reading code, the answer contains what the reporter may know, and `progress`: when the case
         *     reached each status, and what was done. Prefer the header to the query, because addresses are recorded in many places.
         */
        get: operations["read_warning"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/{id}/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Applies an action to a case.
         * @description The status of the case is checked first (409), then the rights of the caller (403, or 401 without
         *     credentials), then the fields (422). Each refusal lists the actions that the caller may take instead
         *     (`allowed`).
         */
        post: operations["act_on_warning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/{id}/contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the contact that a reporter left. */
        get: operations["warning_contact"];
        put?: never;
        post?: never;
        /** Erases the contact that a reporter left, before the end of its retention time. */
        delete: operations["erase_warning_contact"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the steps of a case, the oldest first.
         * @description An answer has at most 1,000 steps, or fewer if they are large; `next` says whether there are more. Internal
         *     notes (`note`) are shown only to those who may read the texts of steps.
         */
        get: operations["warning_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/warnings/{id}/units": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Suggests member units for a case, the best first, each with reasons. */
        get: operations["warning_units"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the webhooks. */
        get: operations["list_webhooks"];
        put?: never;
        /** Creates a webhook. It gets all steps from now on. */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhookId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a webhook. */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhookId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the deliveries of a webhook, including those that are still pending. */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wishes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the open micro-wishes that an officer published, with the figures of those that were fulfilled.
         * @description A wish leaves the board when it is closed, or when an officer takes its text down.
         */
        get: operations["list_wishes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers as long as the process runs. */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports the state of the node: whether the database answers, whether writing works, and what needs repair. */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The account that a person creates with an invite. */
        Acceptance: {
            /** @description The secret: the text after `#invite=` in the link. */
            code: string;
            /**
             * @description The name of the new account. It never changes, must not look like another name, and must not be a
             *     reserved word such as admin.
             * @example 小李
             */
            name: string;
            /**
             * @description A password of at least 10 characters. Without one, this device stays signed in for 90 days and no other
             *     device can sign in.
             */
            password?: string | null;
        };
        /** @description A durable change that this server does not show yet. */
        Accepted: {
            /** @description The explanation. */
            detail: string;
            /**
             * @description The id of the feature, case or other resource that was written; absent if several were written.
             * @example w-4kq2m8x0p1za
             */
            id?: string | null;
            /** @description The address at which the written resource can be read. */
            location: string;
            /**
             * Format: int64
             * @description The number of the commit, for `?min-seq=`.
             */
            seq: number;
        };
        AcceptedImport: components["schemas"]["Accepted"] & components["schemas"]["ImportReport"];
        AcceptedReport: components["schemas"]["Accepted"] & {
            id: string;
            /** @description The secret with which the reporter follows the case. */
            receipt: string;
        };
        /** @description The access card of a building. */
        Access: {
            /**
             * Format: date-time
             * @description The moment that the card shows.
             */
            at: string;
            /** @description The building. */
            building: components["schemas"]["Building"];
            /** @description The id of the door of the requested unit and room, if it is known. */
            door?: string | null;
            /** @description The doors of the building, by unit. */
            doors: components["schemas"]["AccessEntrance"][];
            /** @description The gates of the compound of the building, the best first. Empty if the building is in no compound. */
            gates: components["schemas"]["AccessEntrance"][];
            /** @description Hand-over points (交接点) within 300 m, nearest first. */
            handover: components["schemas"]["Nearby"][];
            /**
             * @description Whether residents can be called from the door in `door`. Without `door`: present only if it is the same for all
             *     doors.
             */
            intercom?: boolean | null;
            /** @description Whether the building has a lift; absent if unknown. */
            lift?: boolean | null;
            /**
             * @description The profile of the request.
             * @example ebike
             */
            mode: string;
            /** @description Further notes, also about unknown data. */
            notes: components["schemas"]["Localized"][];
            /** @description The day orders in force at the building. */
            orders: components["schemas"]["OrderOfDay"][];
            /** @description Parking places within 300 m, nearest first. */
            parking: components["schemas"]["Nearby"][];
            /**
             * Format: int64
             * @description The number of the commit that the card shows.
             */
            seq: number;
            /** @description Whether the door in `door` has no steps. Without `door`: present only if it is the same for all doors. */
            step_free?: boolean | null;
        };
        /** @description The result of the job that finds which access rules to change. */
        AccessAnswer: {
            /** @description The best set of changes. */
            best: components["schemas"]["BestChanges"];
            /** @description How many generated changes were left off, because there were too many. */
            changes_left_off: number;
            /** @description The deliveries and walks whose travel times are compared. */
            deliveries: components["schemas"]["DeliveriesUsed"];
            /**
             * Format: int64
             * @description The number of the commit from which the network was built.
             */
            network_seq: number;
            /** @description Notes for a report: the data and assumptions behind the figures. */
            notes: components["schemas"]["Localized"][];
            /** @description The objective of the search. */
            objective: components["schemas"]["AccessObjective"];
            /**
             * Format: double
             * @description How long the search took, in seconds.
             */
            seconds: number;
            /**
             * Format: int64
             * @description The number of the commit whose map was read.
             */
            seq: number;
            /**
             * @description Each change alone, the best first. Generated changes without a visible gain are left out, unless they are in the
             *     best set.
             */
            singles: components["schemas"]["SingleChange"][];
            /** @description The title of the question. */
            title?: string | null;
            /**
             * @description How many generated changes were measured and left out of `singles`, because neither minutes nor households
             *     improve, rounded to whole numbers.
             */
            without_gain: number;
        };
        /** @description A request for the access rules whose change saves most, such as which gate should open. */
        AccessBody: {
            /**
             * Format: date-time
             * @description The first of the seven days over which minutes are averaged, RFC 3339; now if absent. The people who have an AED
             *     within the standard are counted for this moment.
             */
            at?: string | null;
            /** @description The changes to choose from. */
            changes?: components["schemas"]["ChangeBody"][];
            /** @description The ids of the compounds for whose gates and lanes changes are generated; if empty, for all gates and lanes. */
            compounds?: string[];
            deliveries?: components["schemas"]["DeliveriesBody"] | null;
            /** @description Edits to the map, in place of `scenario`: the changes are tried on the map with these edits. */
            edits?: components["schemas"]["ScenarioEdit"][];
            /**
             * @description Whether to generate changes from the map: open gates that are locked or closed at some hours, admit e-bikes at
             *     gates, reverse one-way lanes. If absent, changes are generated only if `changes` is empty.
             */
            generate?: boolean | null;
            /** @description The most changes in the best set; 3 if absent. */
            k?: number | null;
            /** @description What to save: the best set of changes saves as much of this quantity as possible. */
            objective: components["schemas"]["AccessObjective"];
            /**
             * @description Always `access`.
             * @example access
             */
            problem: string;
            /** @description The id of a saved scenario: the changes are tried on the map with the edits of this scenario. */
            scenario?: string | null;
            /**
             * Format: int32
             * @description The longest search for the best set, in seconds; 60 if absent.
             */
            time_limit_s?: number | null;
            /** @description A title, which the result repeats. */
            title?: string | null;
        };
        /** @description A gate or a door on a card. */
        AccessEntrance: {
            /** @description A note for riders, visible to riders and higher roles. */
            access_note?: string | null;
            /** @description Whether it admits the profile of the request; for a door, people on foot. */
            admits: components["schemas"]["Admits"];
            /** @description The day of the last check. */
            checked_on?: string | null;
            /** @description What must be shown: `none`, `register`, `property_code`, `district_code`, `platform_code`. */
            credential?: string | null;
            /**
             * Format: double
             * @description The straight distance from the building, in metres.
             */
            distance_m: number;
            /** @description The hours for e-bikes as text, if they differ. */
            ebike_hours?: string | null;
            /** @description Where the information comes from. */
            evidence?: string | null;
            /** @description Whether a guard is there. */
            guarded?: boolean | null;
            /** @description How to get in, as public text. */
            guidance?: string | null;
            /** @description Whether `POST /api/entrances/{id}/code` has a code, for riders and higher roles; absent for others. */
            has_code?: boolean | null;
            /** @description The id of the entrance. */
            id: string;
            /** @description Whether residents can be called from it. */
            intercom?: boolean | null;
            /** @description `gate`, `garage`, `service` or `unit_door`. */
            kind?: string | null;
            /**
             * Format: int32
             * @description The storey of the entrance.
             */
            level?: number | null;
            /** @description The name of the entrance. */
            name?: string | null;
            on_foot?: components["schemas"]["Admits"] | null;
            /** @description The opening hours as text. */
            opening_hours?: string | null;
            /**
             * Format: date-time
             * @description When it next admits the profile, if it does not now; absent if unknown.
             */
            opens?: string | null;
            /** @description The kind of the day order that decides about this entrance; absent if none does. */
            order?: string | null;
            passages?: components["schemas"]["Passed"] | null;
            /** @description Longitude and latitude. */
            position: number[];
            /** @description The reason for `admits`, as text. */
            reason: components["schemas"]["Localized"];
            /**
             * Format: date-time
             * @description Set if confirmed reports of people keep it closed: until when, unless an officer closes the cases earlier.
             */
            reported_until?: string | null;
            /** @description The rooms behind a door. */
            rooms?: string | null;
            /** @description Whether it can be passed without steps. */
            step_free?: boolean | null;
            today?: components["schemas"]["Today"] | null;
            /** @description The unit behind a door. */
            unit?: string | null;
            /**
             * Format: date-time
             * @description Until when `admits` applies; absent if no end is known.
             */
            until?: string | null;
        };
        /**
         * @description The objective: the quantity that the best set of changes improves most.
         * @enum {string}
         */
        AccessObjective: "rider_minutes" | "walking_minutes" | "aed_people";
        /** @description A page of accounts. */
        AccountList: {
            /** @description The accounts, ordered by name. */
            accounts: components["schemas"]["AccountShown"][];
            /** @description The value of `after` for the next page; absent on the last page. */
            next?: string | null;
        };
        /** @description The changes of an account. Absent fields stay as they are. */
        AccountPatch: {
            /** @description The communities that replace the present ones; an empty list lifts the restriction. */
            communities?: string[] | null;
            /** @description Whether the account is disabled. Its tokens and sessions then stop working within two seconds. */
            disabled?: boolean | null;
            /** @description When the account expires, RFC 3339; null for never. */
            expires_at?: string | null;
            /** @description A new password. It ends the sessions of the account. */
            password?: string | null;
            /** @description The roles that replace the present ones. */
            roles?: string[] | null;
            /** @description The new unit; null for no unit. */
            unit?: string | null;
        };
        /** @description An account. */
        AccountShown: {
            /** @description The ids of the communities in which the account may act; empty if it may act everywhere. */
            communities: string[];
            /** @description When the account was created, RFC 3339. */
            created_at: string;
            /** @description The id of the account that created this account; absent if the command line did. */
            created_by?: string | null;
            /** @description Since when the account is disabled, RFC 3339. */
            disabled_at?: string | null;
            /** @description When the account expires, RFC 3339. */
            expires_at?: string | null;
            /** @description Whether the account has a password. */
            has_password: boolean;
            /** @description Whether the account has a valid token. */
            has_token: boolean;
            /** @description The id of the account. It never changes. */
            id: string;
            /** @description The id of the invite with which the account was created. */
            invite?: string | null;
            /** @description The name of the account. It never changes. */
            name: string;
            /** @description The roles of the account. */
            roles: string[];
            /** @description The tokens of the account, the newest first. Only in the answer about a single account. */
            tokens?: components["schemas"]["TokenShown"][] | null;
            /** @description The id of the member unit that the account works for. */
            unit?: string | null;
        };
        /** @description The account to create. */
        AccountWanted: {
            /** @description The ids of the communities in which the account may act; if absent or empty, it may act everywhere. */
            communities?: string[];
            /** @description When the account expires, RFC 3339; never, if absent. */
            expires_at?: string | null;
            /**
             * @description The name with which the account signs in and which the history shows, normalised to Unicode NFKC. It
             *     never changes, and must not look like the name of another account.
             * @example 小李
             */
            name: string;
            /** @description A password of at least 10 characters. Without one, the account signs in with tokens. */
            password?: string | null;
            /**
             * @description At least one of rider, unit, grid_worker, officer, planner, steward and admin.
             * @example [
             *       "grid_worker"
             *     ]
             */
            roles: string[];
            /** @description The id of the member unit that the account works for. */
            unit?: string | null;
        };
        /** @enum {string} */
        Action: "report" | "file" | "reject" | "merge" | "dispatch" | "return" | "start" | "handle" | "verify" | "close" | "extend" | "park" | "resume" | "reopen" | "rate" | "urge" | "supervise" | "block" | "claim" | "publish" | "note" | "level" | "supervise_overdue" | "join" | "absorb";
        /**
         * @description An action and its fields. The status table decides which fields an action needs:
         *
         *     file `public_text?` · reject `reason` · merge `into` · dispatch `unit`, `due_at?` · return `reason` · start `photos?` · handle
         *     `note`, `photos` · verify `result`, `position` or `reason` · close · extend `due_at`, `reason` · park `until`,
         *     `reason` · resume · urge `note` · supervise `due_at`, `reason` · block `ebike`, `foot`, `within_m?` · reopen
         *     `reason` · rate `rating`, `receipt` · claim · publish `public_text` · note `note` (an internal note, never public). `?` marks optional fields.
         *
         *     Members that are not listed here are ignored.
         */
        ActionBody: {
            /** @description The action to take. */
            action: components["schemas"]["RequestableAction"];
            /** @description The due date: a time in RFC 3339, or a date, which means the end of that day in China's time zone. */
            due_at?: string;
            /**
             * @description Whether the ways near the case are closed for e-bikes, ridden or pushed. If only one of `ebike` and `foot` is
             *     given, the other one is false. If both are false, the ways are open again.
             */
            ebike?: boolean;
            /** @description Whether the ways near the case are closed for people on foot. */
            foot?: boolean;
            /** @description The id of the case to merge into. */
            into?: string;
            /**
             * @description The client's idempotency key: repeating the same step with its key makes no second step, and
             *     another step with that key is refused.
             */
            key?: string;
            /** @description A note. Every action accepts one. */
            note?: string;
            /** @description Photos, with the claims from the responses to their uploads. Every action accepts photos. */
            photos?: components["schemas"]["PhotoRef"][];
            /** @description The position of the person. */
            position?: components["schemas"]["Position"];
            /**
             * @description Only for micro-wishes: the text on the public board, at most 200 characters. It must not name the person or say
             *     where they live. An empty text takes the present one down.
             */
            public_text?: string;
            /**
             * Format: int32
             * @description The reporter's rating of the handling, 1 to 5.
             */
            rating?: number;
            /** @description The reason for the action. */
            reason?: string;
            /**
             * @description The secret from the response to the report. It proves that the caller is the reporter,
             *     without an account.
             */
            receipt?: string;
            /** @description The result of a verification: pass or fail. */
            result?: components["schemas"]["Verdict"];
            /** @description The id of the unit to dispatch to. */
            unit?: string;
            /**
             * @description The date until which to park the case: a time in RFC 3339, or a date, which means the end of that day
             *     in China's time zone.
             */
            until?: string;
            /**
             * Format: double
             * @description The distance from the case within which ways are closed, in metres, 0.5 to 200. If it is missing, the distance
             *     that applied before is used, or that of the category, or 5.
             */
            within_m?: number;
        };
        /**
         * @description Whether a gate admits the profile (the kind of vehicle, or people on foot).
         * @enum {string}
         */
        Admits: "yes" | "dismount" | "unknown" | "no";
        /** @description A level that is reached after a time. */
        AgeStep: {
            /**
             * Format: double
             * @description The time in hours.
             */
            after_hours: number;
            /** @description The level after this time. */
            level: components["schemas"]["Level"];
        };
        /** @description The answer of a running process. */
        Alive: {
            /** @description Always `live`. */
            status: string;
        };
        /** @description An alternative route. */
        Alternative: {
            /** @description The legs. */
            features: components["schemas"]["LegFeature"][];
            /** @description The summary of the route. */
            summary: components["schemas"]["RouteSummary"];
            /** @description `FeatureCollection`. */
            type: string;
        };
        /** @description The figures of an area. */
        AreaAnswer: {
            /**
             * Format: double
             * @description The share of people with at least two facilities within the standard, from 0 to 1.
             */
            backup_share?: number | null;
            /**
             * Format: double
             * @description The number of people who are covered.
             */
            covered: number;
            /** @description The id of the building, grid, community or subdistrict, or the kind of housing. */
            id: string;
            /**
             * Format: double
             * @description The length of the longest of these walks, in metres.
             */
            max_m?: number | null;
            /**
             * Format: double
             * @description The mean length of the walks to the nearest facility, one way, in metres; `null` if nobody can reach one.
             */
            mean_m?: number | null;
            /** @description The name of the area. */
            name: string;
            /**
             * Format: double
             * @description The 95th percentile of the lengths of these walks, in metres.
             */
            p95_m?: number | null;
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
            /**
             * Format: double
             * @description The share of people who are covered, from 0 to 1.
             */
            share?: number | null;
        };
        /** @description What stands in an area, the areas inside of it included. */
        AreaCounts: {
            /**
             * Format: int32
             * @description First-aid stations with a defibrillator.
             */
            aeds: number;
            /**
             * Format: int32
             * @description The number of buildings.
             */
            buildings: number;
            /** @description Facilities by kind. */
            facilities: {
                [key: string]: number;
            };
            /**
             * Format: int32
             * @description First-aid stations.
             */
            first_aid_stations: number;
            /**
             * Format: int32
             * @description The gates of the compounds that have buildings here, and of the buildings here that have gates of their own.
             */
            gates: number;
            /**
             * Format: int64
             * @description The sum of the households of the buildings.
             */
            households: number;
            /** @description The residential buildings by kind of housing. */
            housing: {
                [key: string]: components["schemas"]["Housing"];
            };
            /**
             * Format: int32
             * @description The number of residential buildings with a lift.
             */
            lifts: number;
            /** @description Mediation points by kind. */
            mediation_points: {
                [key: string]: number;
            };
            /**
             * Format: int32
             * @description Pocket parks.
             */
            pocket_parks: number;
            /**
             * Format: int32
             * @description The number of residential buildings.
             */
            residential: number;
            /**
             * Format: int32
             * @description The number of stairwells (楼门) of the residential buildings.
             */
            stairwells: number;
            /** @description What is not known of the residential buildings. */
            unknown: components["schemas"]["UnknownCounts"];
        };
        /** @description An area by name. */
        AreaName: {
            /** @description The id. */
            id: string;
            /** @description The kind: `street`, `community` or `grid`. */
            kind?: string | null;
            /** @description The level now. */
            level: components["schemas"]["Level"];
            /** @description The name, or the id. */
            name: string;
        };
        /** @description The coverage of an area over the week. */
        AreaWeek: {
            /** @description The id of the area, or the kind of housing. */
            id: string;
            /**
             * Format: double
             * @description The mean share of people who are covered, from 0 to 1.
             */
            mean_share: number;
            /** @description The name that is shown. */
            name: string;
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
            /**
             * Format: date-time
             * @description The middle of the first worst hour, RFC 3339.
             */
            worst_at: string;
            /**
             * Format: double
             * @description The share in the worst hour.
             */
            worst_share: number;
        };
        /** @description Areas that are filled with a grid of points. */
        AreasBody: {
            /** @description GeoJSON polygons. */
            polygons: components["schemas"]["PolygonBody"][];
            /**
             * Format: double
             * @description The distance between points, 5 to 5,000 metres; 50 if absent.
             */
            spacing_m?: number | null;
        };
        /** @description A page of the audit. */
        AuditList: {
            /**
             * Format: int64
             * @description The value of `after` for the next page; absent on the last page.
             */
            next?: number | null;
            /** @description The rows, the oldest first. */
            rows: components["schemas"]["AuditShown"][];
        };
        /** @description One row of the audit. */
        AuditShown: {
            /** @description The name of the account at that moment; for plain SQL, the database user. */
            account?: string | null;
            /** @description The id of the account. */
            account_id?: string | null;
            /** @description The network address that a sign-in or a change of an account came from. */
            address?: string | null;
            /** @description When the recorded action happened, RFC 3339. */
            at: string;
            /** @description The collection of the feature, or of the first of several features. */
            collection?: string | null;
            /** @description Further details. */
            detail?: string | null;
            /** @description The id of the feature, or of the first of several features. */
            feature?: string | null;
            /**
             * Format: int64
             * @description The number of the row. Later rows have higher numbers.
             */
            id: number;
            /**
             * @description `write`, `look`, `sign_in`, `sign_in_failed`, `account` or `erase`.
             * @example write
             */
            kind: string;
            /** @description The method of the request; `SQL` for plain SQL, `CLI` for the command line. */
            method?: string | null;
            /** @description The path of the request, or the command. */
            path?: string | null;
            /**
             * Format: int64
             * @description The commit of a write, or the last of several commits.
             */
            seq?: number | null;
        };
        /** @description Properties of the collection `barriers` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        BarriersProperties: {
            /** @description The compound it encloses. */
            compound?: string;
            /** @description How far it rises above the ground. */
            height_m?: number;
            /**
             * @description What it is made of.
             * @enum {string}
             */
            kind?: "wall" | "fence" | "hedge";
        };
        /**
         * @description Whether a row creates a case, updates one or changes nothing.
         * @enum {string}
         */
        Becomes: "created" | "updated" | "unchanged";
        /** @description The best set of changes. */
        BestChanges: {
            /**
             * Format: double
             * @description No set of at most `k` changes saves more of the objective than this; `null` if no bound is known.
             */
            bound?: number | null;
            /** @description The ids of the changes. */
            changes: string[];
            /**
             * Format: double
             * @description `|saved − bound| / |saved|` of the objective; `null` without a bound.
             */
            gap?: number | null;
            /** @description What they save together. */
            saved: components["schemas"]["Saved"];
            /** @description `optimal` or `time_limit`. */
            stop_reason: string;
        };
        /** @description Which ways near a case are closed, and for whom. */
        Blocks: {
            /** @description Whether the ways are closed to e-bikes, ridden or pushed. */
            ebike: boolean;
            /** @description Whether the ways are closed to people on foot. */
            foot: boolean;
            /**
             * Format: double
             * @description The distance from the case, in metres, within which ways are closed.
             */
            within_m: number;
        };
        /** @description A feature that the board names. */
        BoardName: {
            /** @description The id of the feature. */
            id: string;
            /** @description The public name of the feature; its id if it has none. */
            name: string;
        };
        /** @description A project. */
        BoardProject: {
            /** @description A point in or on its geometry: longitude and latitude in degrees, WGS 84. */
            at?: number[] | null;
            /**
             * Format: date
             * @description The day on which it was done.
             */
            done_on?: string | null;
            /**
             * Format: date
             * @description The day by whose end in China it is promised.
             */
            due_on?: string | null;
            /** @description The id. */
            id: string;
            /** @description The kind: `livelihood`, `secretary` or `micro`. */
            kind?: string | null;
            lead?: components["schemas"]["ProjectName"] | null;
            /** @description The planned steps. */
            milestones: components["schemas"]["Milestone"][];
            /** @description The public name. */
            name: string;
            /** @description Photos from after the work. */
            photos_after?: string[];
            /** @description Photos from before the work, as ids for `/api/photos/{id}`. */
            photos_before?: string[];
            place?: components["schemas"]["ProjectName"] | null;
            /**
             * Format: int32
             * @description How much is done, in per cent.
             */
            progress?: number | null;
            /** @description How residents rate it. */
            rating: components["schemas"]["ProjectRating"];
            /**
             * Format: date
             * @description The day on which work begins.
             */
            starts_on?: string | null;
            /** @description How far the project is. */
            state: components["schemas"]["ProjectState"];
            /** @description What is done, and for whom. */
            summary?: string | null;
        };
        /** @description The figures of all fulfilled wishes. */
        BoardTotals: {
            /**
             * Format: int32
             * @description How many wishes were fulfilled: closed after verification.
             */
            fulfilled: number;
            /**
             * Format: int32
             * @description How many of the fulfilled wishes were rated by the person who asked.
             */
            rated: number;
            /**
             * Format: double
             * @description The mean of the ratings, from 1 to 5, with one decimal; `null` without ratings.
             */
            rating_mean?: number | null;
            /** @description How many units fulfilled at least one. */
            units: number;
        };
        /** @description An open wish on the board. */
        BoardWish: {
            community?: components["schemas"]["BoardName"] | null;
            /** @description The id, by which a member unit claims the wish. */
            id: string;
            /**
             * Format: date
             * @description The day on which the wish was filed, in China's time zone.
             */
            since: string;
            /** @description How far the wish is. */
            state: components["schemas"]["WishState"];
            /** @description The text that an officer wrote for the board. */
            text: string;
            unit?: components["schemas"]["BoardName"] | null;
        };
        /** @description Properties of the collection `boundaries` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        BoundariesProperties: {
            /** @description A value of OpenStreetMap's admin_level key. */
            admin_level?: number;
            /** @description The code of the statistical division. */
            code?: string;
            /** @description The level of the administrative division. */
            kind?: string;
            /** @description The name people use on the spot. */
            name?: string;
        };
        /** @description The building of a card. */
        Building: {
            /** @description The id of the compound. */
            compound?: string | null;
            /** @description The name of the compound. */
            compound_name?: string | null;
            /** @description The id of the building. */
            id: string;
            /**
             * Format: int32
             * @description The number of storeys.
             */
            levels?: number | null;
            /** @description The name of the building. */
            name?: string | null;
            /** @description A position inside the building: longitude and latitude. */
            position: number[];
            /**
             * Format: int32
             * @description The number of units.
             */
            units?: number | null;
        };
        /** @description The facts of a building. */
        BuildingFacts: {
            /** @description The address. */
            address?: string | null;
            /**
             * Format: int32
             * @description The year in which it was built.
             */
            built?: number | null;
            /** @description The name of the compound. */
            compound?: string | null;
            /** @description The id of the compound. */
            compound_id?: string | null;
            /** @description Whether it has a lift. */
            elevator?: boolean | null;
            /** @description The kind of housing. */
            housing?: string | null;
            /**
             * Format: double
             * @description The number of storeys.
             */
            levels?: number | null;
        };
        /** @description Properties of the collection `buildings` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        BuildingsProperties: {
            /** @description Street and house number. */
            address?: string;
            /** @description The year in which it was finished. */
            built?: number;
            /** @description The compound it stands in. */
            compound?: string;
            /** @description Whether it has a lift. */
            elevator?: boolean;
            /** @description The id of the grid that contains it. */
            grid?: string;
            /** @description Where absent it is estimated from the storeys. */
            height_m?: number;
            /** @description How many families are registered in it. */
            households?: number;
            /**
             * @description Its kind of housing, which decides who manages it.
             * @enum {string}
             */
            housing?: "old_estate" | "commodity" | "mixed_use";
            /**
             * @description What it is mainly used for.
             * @enum {string}
             */
            kind?: "residential" | "shop" | "office" | "school" | "kindergarten" | "market" | "clinic" | "community" | "industrial" | "garage" | "service" | "other";
            /** @description Storeys above the ground. */
            levels?: number;
            /** @description Height of its base above the ground. */
            min_height_m?: number;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description Its number in the compound, or its house number on the street. */
            number?: string;
            /** @description How many staircases with a door of their own. */
            units?: number;
        };
        /**
         * @description The kind of areas for which the answer has figures.
         * @enum {string}
         */
        ByBody: "building" | "grid" | "community" | "street" | "housing";
        /** @description The number of the caller. */
        CallerBody: {
            /** @description A telephone number: a mobile number, or a landline with its area code and perhaps an extension. */
            contact: string;
        };
        /** @description A point where a facility may stand. */
        CandidatePoint: {
            /**
             * Format: double
             * @description How many people a facility here can serve.
             */
            capacity?: number | null;
            /**
             * Format: double
             * @description The cost of a facility here, in the unit of `budget`.
             */
            cost?: number | null;
            /** @description The id; if absent, `point-1` for the first point of the list, `point-2` for the second, and so on. */
            id?: string | null;
            /**
             * Format: double
             * @description Latitude, WGS 84 degrees.
             */
            lat: number;
            /**
             * Format: double
             * @description Longitude, WGS 84 degrees.
             */
            lon: number;
            /** @description The name; the id if absent. */
            name?: string | null;
        };
        /** @description Where facilities may stand. Several kinds of candidates can be combined. */
        CandidatesBody: {
            areas?: components["schemas"]["AreasBody"] | null;
            generate?: components["schemas"]["GenerateBody"] | null;
            hosts?: components["schemas"]["HostsBody"] | null;
            layer?: components["schemas"]["LayerBody"] | null;
            /** @description Single points. */
            points?: components["schemas"]["CandidatePoint"][] | null;
        };
        /** @description The card of an area or a building. */
        Card: {
            /**
             * Format: date-time
             * @description The moment that the card shows.
             */
            at: string;
            /** @description The open cases. */
            cases: components["schemas"]["CardCases"];
            /** @description What stands here. */
            counts: components["schemas"]["AreaCounts"];
            /** @description Who is in charge, from the street down to the stairwell. */
            duties: components["schemas"]["CardDuty"][];
            /** @description What happened here in these days. */
            figures: components["schemas"]["CardFigures"];
            /** @description The level, with the reason and since when. */
            level: components["schemas"]["CardLevel"];
            /** @description What is missing in the data. */
            missing: components["schemas"]["CardGap"][];
            /** @description The nearest service of each kind; empty for communities and streets. */
            nearest: components["schemas"]["NearService"][];
            /** @description The areas directly inside of it. */
            parts: components["schemas"]["AreaName"][];
            /** @description The projects here. */
            projects: components["schemas"]["CardProjects"];
            /**
             * Format: int64
             * @description The commit that the card shows.
             */
            seq: number;
            /** @description The stairwells, and how many have a head. */
            stairwells: components["schemas"]["Stairwells"];
            street_figures?: components["schemas"]["CardFigures"] | null;
            /** @description What the card is about. */
            subject: components["schemas"]["CardSubject"];
            /** @description The days that the figures cover. */
            window: components["schemas"]["CardWindow"];
            /** @description The areas that contain it, from the smallest to the street. */
            within: components["schemas"]["AreaName"][];
        };
        /** @description An open case. */
        CardCase: {
            /** @description The category. */
            category?: string | null;
            /** @description The deadline. */
            due_at?: string | null;
            /** @description The id of the case. */
            id: string;
            /** @description The level. */
            level: components["schemas"]["Level"];
            /** @description The number of the case. */
            number?: string | null;
            /** @description Whether the deadline has passed. */
            overdue: boolean;
            /** @description The place in words. */
            place?: string | null;
            /**
             * Format: date-time
             * @description Since when the case has this level.
             */
            since: string;
            /** @description The status. */
            status?: string | null;
            /** @description The name of the unit in charge. */
            unit?: string | null;
            /** @description Who must act next: `officer`, `unit` or `verifier`. */
            waiting: string;
        };
        /** @description The open cases of the subject. */
        CardCases: {
            /** @description The most severe ones, at most 20. */
            list: components["schemas"]["CardCase"][];
            /** @description The open cases by level. */
            open: components["schemas"]["OpenCounts"];
            /**
             * Format: int32
             * @description How many are overdue.
             */
            overdue: number;
            /** @description The open cases by who must act next. */
            waiting: components["schemas"]["OpenBy"];
        };
        /** @description Who is in charge. */
        CardDuty: {
            /** @description The duty. */
            duty: string;
            /** @description The id of the feature in `duties`. */
            id: string;
            /** @description The name; left out below the role grid_worker. */
            name?: string | null;
            /** @description The telephone that is made public. */
            office_phone?: string | null;
            /** @description The telephone; left out below the role grid_worker. */
            phone?: string | null;
            /** @description The id of the grid, compound or building. */
            scope: string;
            /** @description What it is: `street`, `community`, `grid`, `compound` or `building`. */
            scope_kind: string;
            /** @description Its name, or its id. */
            scope_name: string;
            /** @description The stairwell; null for the whole. */
            unit?: string | null;
            /** @description The last day. */
            until?: string | null;
        };
        /** @description The figures of the last [`DAYS`] days. */
        CardFigures: {
            /**
             * Format: int64
             * @description Cases closed.
             */
            closed: number;
            /**
             * Format: double
             * @description The mean time from the report to the end of the closed cases, in hours.
             */
            hours_to_close_mean?: number | null;
            /**
             * Format: double
             * @description Of the closed cases with a due date, the share that was handled by it, 0 to 1.
             */
            on_time_share?: number | null;
            /**
             * Format: double
             * @description The mean rating of the closed cases that were rated, 1 to 5.
             */
            rating_mean?: number | null;
            /**
             * Format: int64
             * @description Cases reported.
             */
            reported: number;
            /**
             * Format: double
             * @description Cases reported per 100 households; null if the households are not known.
             */
            reported_per_100_households?: number | null;
        };
        /** @description Something that is missing. */
        CardGap: {
            /**
             * Format: int32
             * @description How many are missing.
             */
            count: number;
            /** @description The areas that it is about, at most 50; empty if it is about the subject itself. */
            places?: components["schemas"]["CardGapPlace"][];
            /** @description The sentence for people. */
            text: components["schemas"]["Localized"];
            /**
             * @description What is missing: `grid_leader`, `community_secretary`, `building_head`, `households`, `stairwells`, `lifts`,
             *     `housing`, `population`, `buildings` or `first_aid_station`.
             */
            what: string;
        };
        /** @description An area that lacks something. */
        CardGapPlace: {
            /** @description The id of the area. */
            id: string;
            /** @description Its name, or its id. */
            name: string;
        };
        /** @description The level of the subject. */
        CardLevel: {
            /** @description The level. */
            level: components["schemas"]["Level"];
            reason?: components["schemas"]["Localized"] | null;
            /**
             * Format: date-time
             * @description Since when.
             */
            since?: string | null;
        };
        /** @description A project. */
        CardProject: {
            /** @description The day by whose end it is promised. */
            due_on?: string | null;
            /** @description The id. */
            id: string;
            /** @description The kind: `livelihood`, `secretary` or `micro`. */
            kind?: string | null;
            /** @description The name of the lead unit. */
            lead?: string | null;
            /** @description The name. */
            name: string;
            /**
             * Format: int64
             * @description How much is done, in per cent.
             */
            progress?: number | null;
            rating?: components["schemas"]["ProjectRating"] | null;
            /** @description The state: `planned`, `under_way`, `done` or `delayed`. */
            state: string;
        };
        /** @description The projects of the subject. */
        CardProjects: {
            /**
             * Format: int32
             * @description How many are delayed.
             */
            delayed: number;
            /**
             * Format: int32
             * @description How many are done.
             */
            done: number;
            /** @description The projects: delayed ones first, done ones last, then by due date; at most 50. */
            list: components["schemas"]["CardProject"][];
            /**
             * Format: int32
             * @description How many there are.
             */
            total: number;
        };
        /** @description Who has facilities within the standards, of an area or a building. */
        CardReach: {
            /**
             * Format: date-time
             * @description The moment for which opening hours were read: noon of the day in China.
             */
            at: string;
            /** @description One row for each standard that names its facilities, in the order of `standards.toml`. */
            rows: components["schemas"]["ReachRow"][];
            /**
             * Format: int64
             * @description The commit that the figures show. Under a stream of changes it may be a little older than the newest.
             */
            seq: number;
        };
        /** @description What a card is about. */
        CardSubject: {
            building?: components["schemas"]["BuildingFacts"] | null;
            /** @description The official code of an area. */
            code?: string | null;
            /** @description The collection: `grids` or `buildings`. */
            collection: string;
            /**
             * Format: int64
             * @description The registered households of an area, or the households of a building.
             */
            households?: number | null;
            /** @description The id. */
            id: string;
            /** @description The kind: `street`, `community`, `grid`, or the use of the building. */
            kind?: string | null;
            /** @description The name, or the id. */
            name: string;
            /**
             * Format: int64
             * @description The registered residents of an area.
             */
            population?: number | null;
        };
        /** @description The days that figures cover. */
        CardWindow: {
            /**
             * Format: int32
             * @description The number of days.
             */
            days: number;
            /** @description The first day, in China's time zone. */
            from: string;
            /** @description The last day. */
            until: string;
        };
        Case: {
            /** @description The actions that the caller may take now. Only for callers with an account or a receipt. */
            allowed?: components["schemas"]["RequestableAction"][];
            geometry: components["schemas"]["Geometry"] | null;
            id: string;
            links?: components["schemas"]["Link"][];
            /** @description For the reporter: when the case reached each status, and what was done. */
            progress?: {
                /** Format: date-time */
                at: string;
                /** @description Whether the unit claimed the micro-wish itself. */
                claimed?: boolean;
                /**
                 * Format: date-time
                 * @description Until when the unit was to handle the case.
                 */
                due_at?: string;
                /** @description The number of the case into which this one was merged. */
                into?: string;
                /** @description What the unit says it did. */
                note?: string;
                /** @description Why the report was rejected. */
                reason?: string;
                status: components["schemas"]["Status"];
                /** @description The name of the unit that has the case or handled it. */
                unit?: string;
                /**
                 * Format: date-time
                 * @description Until when the case is parked.
                 */
                until?: string;
            }[];
            properties: components["schemas"]["WarningsProperties"];
            /** @description For the reporter: the code with which others read the case and cannot rate it. */
            reading_code?: string;
            /** @description In the answer to a report: the secret with which the reporter follows the case. */
            receipt?: string;
            /**
             * Format: int64
             * @description The commit that wrote this version.
             */
            seq: number;
            /** @description Whose turn it is; null if the case has ended. */
            turn?: components["schemas"]["Turn"] | null;
            /** @enum {string} */
            type: "Feature";
            /** Format: date-time */
            updated_at: string;
            /** @description Suspicious points about a report. */
            warnings?: {
                field: string;
                warning: string;
                warning_zh: string;
            }[];
        };
        /** @description A page of cases. */
        CaseCollection: {
            features: components["schemas"]["Case"][];
            links?: components["schemas"]["Link"][];
            /** @description The total number of matches, if it is known. */
            numberMatched?: number;
            numberReturned?: number;
            /** Format: date-time */
            timeStamp?: string;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        /** @description The rule of a category. */
        CategoryRule: {
            /** @description How the level rises with the age of the case. */
            age: components["schemas"]["AgeStep"][];
            blocks?: components["schemas"]["Blocks"] | null;
            condition?: components["schemas"]["Thresholds"] | null;
            /** @description The name in English. */
            en: string;
            /**
             * Format: double
             * @description Within how many working hours a case must be handled.
             */
            handle_hours: number;
            /** @description The competences of which a unit needs one to handle the case. */
            handlers: string[];
            /** @description The id of the category. */
            id: string;
            /** @description The level of a new case. */
            level: components["schemas"]["Level"];
            /** @description How the level rises when the case is overdue, in working hours. */
            overdue: components["schemas"]["AgeStep"][];
            /** @description Whether handling the case requires a photo. */
            photo: boolean;
            repeats?: components["schemas"]["RepeatRule"] | null;
            /**
             * Format: double
             * @description Within how many working hours a case must be filed and dispatched.
             */
            respond_hours: number;
            /** @description The name in Chinese. */
            zh: string;
        };
        /** @description What tried facilities add to the coverage. */
        ChangeAnswer: {
            /**
             * Format: double
             * @description How many people are covered only with the tried facilities.
             */
            people: number;
            /** @description The places in which these people live, those with the most such people first. */
            places: components["schemas"]["GainedPlace"][];
            /** @description The indexes in `add`, from 0, of the positions without a walkable way nearby. */
            unlinked: number[];
        };
        /** @description A change to choose from. */
        ChangeBody: {
            /** @description The edits that make the change. */
            edits: components["schemas"]["ScenarioEdit"][];
            /** @description The id in the answer; if absent, the index in `changes`, from 0. */
            id?: string | null;
            /**
             * @description The title; the id if absent.
             * @example 北门 11:00-13:00 允许电动车
             */
            title?: string | null;
        };
        /** @description The spatial and temporal extent of a collection. */
        CollectionExtent: {
            spatial?: components["schemas"]["SpatialExtent"] | null;
            temporal?: components["schemas"]["TemporalExtent"] | null;
        };
        /** @description All collections. */
        CollectionList: {
            /** @description The collections. */
            collections: components["schemas"]["CollectionShown"][];
            /** @description The coordinate systems in which features can be requested. */
            crs: string[];
            /** @description Links to other forms of this document. */
            links: components["schemas"]["Link"][];
        };
        /** @description Members of a collection that this service adds to those of the standards. */
        CollectionNotes: {
            /** @description What the collection contains, in both languages. */
            description: components["schemas"]["Localized"];
            /** @description The geometry types of the features. */
            geometry: string[];
            /**
             * Format: int32
             * @description The lowest zoom level at which the collection is in the tiles.
             */
            minzoom: number;
            /** @description The title, in both languages. */
            title: components["schemas"]["Localized"];
        };
        /** @description A collection. */
        CollectionShown: {
            /** @description The coordinate systems of the features; `#/crs` stands for the list of the service. */
            crs: string[];
            /** @description What the collection contains. */
            description: string;
            extent?: components["schemas"]["CollectionExtent"] | null;
            /** @description The id of the collection. */
            id: string;
            /** @description The number of features. */
            itemCount: number;
            /** @description Always `feature`. */
            itemType: string;
            /** @description Links to the parts of the collection. */
            links: components["schemas"]["Link"][];
            /** @description Members that this service adds to those of the standards. */
            onemap: components["schemas"]["CollectionNotes"];
            /** @description The coordinate system in which features are stored. */
            storageCrs: string;
            /** @description The title of the collection. */
            title: string;
        };
        /** @description The rounds in a community in a month. */
        CommunityRounds: {
            /**
             * Format: int32
             * @description The number of its grids.
             */
            grids: number;
            /** @description The id of the community's grid. */
            key: string;
            /** @description The name of the community. */
            name: string;
            /**
             * Format: int32
             * @description The number of rounds: each grid counts once a day.
             */
            rounds: number;
            /**
             * Format: int32
             * @description How many of them were walked at least once.
             */
            walked: number;
        };
        /** @description The share of the people of a community that a plan must cover at least: one number for all communities, or a list. */
        CommunityShareBody: number | components["schemas"]["ShareOf"][];
        /** @description Properties of the collection `compounds` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        CompoundsProperties: {
            /** @description The year in which most of it was finished. */
            built?: number;
            /** @description The id of the community that contains it. */
            community?: string;
            /** @description How many families live in it. */
            households?: number;
            /**
             * @description The kind of housing in it.
             * @enum {string}
             */
            housing?: "old_estate" | "commodity" | "mixed_use";
            /** @description The name people use on the spot. */
            name?: string;
            /** @description The organisation that manages the compound. */
            operator?: string;
            /** @description Closed by a wall, entered through its gates only. */
            walled?: boolean;
        };
        /** @description The conditions of all places with observations. */
        ConditionList: {
            /** @description One condition for each place and category. */
            conditions: components["schemas"]["ConditionShown"][];
        };
        /** @description The condition of a category at a place, as stored in the log. */
        ConditionShown: {
            /** @description The category of the condition. */
            category: string;
            /**
             * Format: date-time
             * @description Since when the state has been `firing`.
             */
            fired_at?: string | null;
            /**
             * Format: date-time
             * @description When the last value was measured.
             */
            observed_at?: string | null;
            /** @description The id of the place. */
            place: string;
            /**
             * Format: date-time
             * @description Since when the condition has this state.
             */
            since: string;
            /** @description The state of the condition. */
            state: components["schemas"]["ConditionState"];
            /**
             * Format: double
             * @description The last value, in the unit of the rule's thresholds.
             */
            value?: number | null;
            /** @description The open case of the condition. */
            warning?: string | null;
        };
        /**
         * @description The state of a condition.
         * @enum {string}
         */
        ConditionState: "inactive" | "pending" | "firing" | "recovering" | "no_data";
        /** @description One mistake in a configuration file. */
        ConfigProblem: {
            /** @description The column, counted from 1 in characters. */
            column: number;
            /** @description What was expected instead. */
            expected: string;
            /** @description The name of the file, for example `rules.toml`. */
            file: string;
            /** @description The line, counted from 1. */
            line: number;
            /** @description What is wrong. */
            problem: string;
        };
        /** @description The conformance classes. */
        Conformance: {
            /** @description The conformance classes of OGC API standards that this service implements. */
            conformsTo: string[];
        };
        /** @description The contact of a case's reporter. */
        Contact: {
            /** @description The contact; null if the reporter left none or it was erased. */
            contact?: string | null;
            /** @description The id of the case. */
            id: string;
        };
        /** @description A coverage: how many people have a facility within the standard, and which people have none. */
        CoverageAnswer: {
            /**
             * Format: double
             * @description The share of people with at least two facilities within the standard, from 0 to 1; `null` without people.
             */
            backup_share?: number | null;
            /** @description The figures of each area, those with the lowest share first. */
            by: components["schemas"]["AreaAnswer"][];
            change?: components["schemas"]["ChangeAnswer"] | null;
            /**
             * Format: double
             * @description The number of people who are covered: they have a facility within the standard.
             */
            covered: number;
            /**
             * Format: double
             * @description The number of people.
             */
            demand: number;
            distance_m?: components["schemas"]["Distribution"] | null;
            duration_s?: components["schemas"]["Distribution"] | null;
            /**
             * Format: double
             * @description The share of people whose number was estimated from the floor area, from 0 to 1.
             */
            estimated: number;
            /** @description The facilities that were counted. */
            facilities: components["schemas"]["FacilitiesAnswer"];
            factors?: components["schemas"]["FactorsAnswer"] | null;
            /**
             * Format: double
             * @description The number of people in no area of `by`, for example in buildings without a kind of housing; 0 if the request is
             *     `brief`.
             */
            in_no_area: number;
            /** @description How many entries `limit` left off each list. */
            left_off: components["schemas"]["LeftOff"];
            /**
             * Format: int64
             * @description The number of the commit from which the walking network was built.
             */
            network_seq: number;
            /** @description Notes for a report: the data and assumptions behind the figures. */
            notes: components["schemas"]["Localized"][];
            /**
             * Format: int64
             * @description The number of the commit whose map was read. The edits of the request are not part of this commit.
             */
            seq: number;
            /**
             * Format: double
             * @description The share of people who are covered, from 0 to 1; `null` if there are no people.
             */
            share?: number | null;
            /** @description The standard. */
            standard: components["schemas"]["StandardShown"];
            /** @description The coverage by straight-line distance, for comparison only: it is too high, because walks are longer. */
            straight_line: components["schemas"]["StraightLine"];
            /** @description The places with people who are not covered, those with the most such people first. */
            uncovered: components["schemas"]["UncoveredPlace"][];
            /** @description The people who cannot reach any facility. They count as not covered. */
            unlinked: components["schemas"]["UnlinkedAnswer"];
            worst?: components["schemas"]["AreaAnswer"] | null;
        };
        /** @description A request for a coverage: how many people have a facility within a standard. */
        CoverageBody: {
            /** @description Positions at which further facilities are tried: they count as facilities, and `change` says what they add. */
            add?: components["schemas"]["TriedPlace"][];
            /**
             * Format: date-time
             * @description The moment for which opening hours are read, RFC 3339; now if absent. It is the same for the whole walk.
             */
            at?: string | null;
            /**
             * @description Whether to answer without the lists `by`, `uncovered` and `unlinked.places`, for a position that is being
             *     dragged. They are empty then, `worst` is `null`, and `in_no_area` is 0.
             */
            brief?: boolean;
            /** @description The kind of areas for which the answer has figures in `by`; `community` if absent. */
            by?: components["schemas"]["ByBody"];
            demand?: components["schemas"]["DemandBody"] | null;
            /** @description Edits to the map, in place of `scenario`: coverage is computed on the map with these edits. */
            edits?: components["schemas"]["ScenarioEdit"][];
            facility?: components["schemas"]["FacilityBody"] | null;
            /**
             * @description The most entries of each of the lists `by`, `uncovered`, `unlinked.places` and `change.places` in the answer;
             *     100 if absent.
             */
            limit?: number;
            /**
             * @description The travel profile: one that walks, such as `foot` or `wheelchair`; `foot` if absent.
             * @example foot
             */
            profile?: string;
            /** @description The id of a saved scenario: coverage is computed on the map with the edits of this scenario. */
            scenario?: string | null;
            /** @description How near a facility must be: the id of a standard of `/api/plan/standards`, or a standard of your own. */
            standard: components["schemas"]["StandardBody"];
            /** @description The ids of facilities that do not count, as if they did not exist. */
            without?: string[];
        };
        /** @description A source of the data on the map. */
        DataSource: {
            /** @description The attribution that every map of the data must show. */
            attribution?: string | null;
            /** @description The licence of the data. */
            licence?: string | null;
            /** @description The name of the source. */
            name?: string | null;
            /** @description The address of the source. */
            url?: string | null;
        };
        /** @description Properties of the collection `day_orders` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        DayOrdersProperties: {
            /**
             * Format: date-time
             * @description When it comes into force.
             */
            from: string;
            /**
             * @description Its kind.
             * @enum {string}
             */
            kind: "storm" | "snow" | "peak" | "emergency";
            /** @description The reason, as it is published. */
            reason?: string;
            /** @description The street (a grid of kind street) in which it holds. */
            street: string;
            /**
             * Format: date-time
             * @description When it ends; absent means until further notice.
             */
            until?: string;
        };
        /** @description Figures about deliveries. An absent field has the value of `deliveries.toml`. */
        DeliveriesBody: {
            /** @description The weights of the 24 hours of the day. The share of an hour is its weight divided by the sum of all weights. */
            hours?: number[] | null;
            /** @description The positions from which riders start: longitude and latitude, WGS 84 degrees. */
            origins?: number[][] | null;
            /**
             * Format: double
             * @description The number of deliveries per household and day, 0 to 100.
             */
            per_household_day?: number | null;
        };
        /** @description The deliveries and walks whose travel times are compared. */
        DeliveriesUsed: {
            /** @description The share of each hour of the day, from 0:00; the shares add up to 1. */
            hours: number[];
            /** @description Where riders come from: longitude and latitude, WGS 84 degrees. */
            origins: number[][];
            /**
             * Format: double
             * @description Deliveries per household and day.
             */
            per_household_day: number;
            /** @description Where the figures come from. */
            source: components["schemas"]["Localized"];
            /** @description Whether the figures were checked against that source. */
            verified: boolean;
            /**
             * Format: double
             * @description Walks of residents per person and day, to the nearest feature of `walks_to`.
             */
            walks_per_person_day: number;
            /** @description The collection to whose features residents walk. */
            walks_to: string;
        };
        /** @description The deliveries of a webhook. */
        DeliveryList: {
            /** @description The deliveries, the newest first. */
            deliveries: components["schemas"]["DeliveryShown"][];
        };
        /** @description One delivery to one webhook. */
        DeliveryShown: {
            /** @description When the delivery was last tried, RFC 3339. */
            at: string;
            /** @description The last error. */
            error?: string | null;
            /** @description `step` or `notice`. */
            event: string;
            /** @description When the delivery was first tried, RFC 3339. */
            first_at: string;
            /** @description The id of the delivery. It never changes. */
            id: string;
            /**
             * Format: int64
             * @description The number of the commit with the step.
             */
            seq: number;
            /** @description `pending` (it will be tried again), `delivered`, or `dead` (given up). */
            state: string;
            /**
             * Format: int32
             * @description The number of attempts.
             */
            tries: number;
            /** @description The id of the warning. */
            warning: string;
        };
        /**
         * @description The people to count: those in a collection (`collection` and `weight`) or at points (`points`). If both are absent,
         *     those in the buildings of the map.
         */
        DemandBody: {
            /** @description A collection whose features have a number of people in the property `weight`. */
            collection?: string | null;
            /**
             * Format: double
             * @description The floor area per person in m², for buildings without a number of households; 40 if absent.
             */
            m2_per_person?: number | null;
            /**
             * Format: double
             * @description The number of persons per household, for buildings; 2.62 if absent.
             */
            persons_per_household?: number | null;
            /** @description Points, each with a number of people. */
            points?: components["schemas"]["PointBody"][] | null;
            /** @description The name of the property with the number of people. */
            weight?: string | null;
        };
        /**
         * @description The distribution of walks over the people who can reach a facility, in metres (`distance_m`) or seconds
         *     (`duration_s`).
         */
        Distribution: {
            /**
             * Format: double
             * @description The longest walk.
             */
            max: number;
            /**
             * Format: double
             * @description The mean.
             */
            mean: number;
            /**
             * Format: double
             * @description The 95th percentile: 95 % of these people have a walk of at most this.
             */
            p95: number;
        };
        /** @description The code of a door, and what else a person needs to get in. */
        DoorCode: {
            /** @description When somebody last checked the entrance. */
            checked_on?: string | null;
            /**
             * @description The code that opens the door.
             * @example 0000#
             */
            code: string;
            /**
             * @description What has to be shown at the entrance.
             * @example property_code
             */
            credential?: string | null;
            /** @description The id of the entrance. */
            id: string;
            /** @description A note for riders. */
            note?: string | null;
            /** @description Until when the code is valid, if that is known. */
            valid_until?: string | null;
        };
        Duplicate: {
            geometry: components["schemas"]["Geometry"] | null;
            id: string;
            properties: components["schemas"]["WarningsProperties"] & {
                /**
                 * Format: double
                 * @description The distance from the reported place in metres.
                 */
                distance_m: number;
                /** Format: double */
                hours_ago?: number;
            };
            /** Format: int64 */
            seq?: number;
            /** @enum {string} */
            type: "Feature";
            /** Format: date-time */
            updated_at?: string;
        };
        DuplicateCollection: {
            features: components["schemas"]["Duplicate"][];
            /** @enum {string} */
            type: "FeatureCollection";
        };
        /** @description Which cases count as possible duplicates. */
        DuplicateRule: {
            /**
             * Format: double
             * @description The largest distance between the two reports, in metres.
             */
            distance_m: number;
            /**
             * Format: int32
             * @description The longest time between the two reports, in hours.
             */
            hours: number;
        };
        /** @description Properties of the collection `duties` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        DutiesProperties: {
            /**
             * @description The duty.
             * @enum {string}
             */
            duty: "street_leader" | "community_secretary" | "grid_leader" | "grid_worker" | "building_head" | "party_home" | "resident_rep" | "property" | "owners_committee" | "police" | "judge" | "prosecutor" | "lawyer" | "mediator";
            /**
             * Format: date
             * @description The first day; absent means long ago.
             */
            from?: string;
            /** @description The person's name. Only staff sees it. */
            name?: string;
            /** @description The telephone that is made public. */
            office_phone?: string;
            /** @description The person's telephone. Only staff sees it. */
            phone?: string;
            /** @description The id of the grid, compound or building. A file may contain its name instead. */
            scope: string;
            /** @description The stairwell of the building; absent means the whole building. */
            unit?: string;
            /**
             * Format: date
             * @description The last day, in China's time zone; absent means without end.
             */
            until?: string;
        };
        /**
         * @description What an edit does.
         * @enum {string}
         */
        EditOp: "put" | "patch" | "delete";
        /** @description Properties of the collection `entrances` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        EntrancesProperties: {
            /**
             * @description Who may use it. A private gate is passed only to reach or to leave what is behind it.
             * @enum {string}
             */
            access?: "yes" | "permissive" | "destination" | "delivery" | "customers" | "private" | "no";
            /** @description The code that opens it. Riders ask POST /api/entrances/{id}/code; each look is recorded. */
            access_code?: string;
            /**
             * Format: date-time
             * @description Until when the code is valid; absent means unknown.
             */
            access_code_until?: string;
            /** @description What a rider should know. */
            access_note?: string;
            /** @description The building a door belongs to. */
            building?: string;
            /**
             * Format: date
             * @description The day of the last check.
             */
            checked_on?: string;
            /** @description The compound a gate belongs to. */
            compound?: string;
            /**
             * @description What must be shown to get in.
             * @enum {string}
             */
            credential?: "none" | "register" | "property_code" | "district_code" | "platform_code";
            /**
             * @description Whether an e-bike may pass.
             * @enum {string}
             */
            ebike?: "yes" | "no" | "dismount";
            /** @description When an e-bike may pass, where that differs from the opening hours; in the opening_hours syntax. */
            ebike_hours?: string;
            /**
             * @description Where the information comes from.
             * @enum {string}
             */
            evidence?: "survey" | "report" | "import" | "proposal";
            /** @description A way out in a fire; warnings weigh more here. */
            fire_exit?: boolean;
            /**
             * @description Whether people on foot may pass.
             * @enum {string}
             */
            foot?: "yes" | "no";
            /** @description Whether a guard is there. */
            guarded?: boolean;
            /** @description How to get in, for everybody; never a code. */
            guidance?: string;
            /** @description Whether residents can be called from it. */
            intercom?: boolean;
            /**
             * @description What it leads into.
             * @enum {string}
             */
            kind?: "gate" | "unit_door" | "garage" | "service";
            /** @description The storey it is on: 0 is the ground, below 0 is underground (a garage). */
            level?: number;
            /** @description Whether it is kept locked, so that nobody passes. */
            locked?: boolean;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
            /** @description The rooms behind a unit door: numbers and ranges of numbers, separated by commas. */
            rooms?: string;
            /** @description No step or sill: a trolley or a wheelchair gets through. */
            step_free?: boolean;
            /** @description The unit's number. */
            unit?: string;
            /** @description Who may pass while an order of the day is in force: its kind, and what holds for e-bikes and on foot then. */
            when?: {
                /** @enum {string} */
                ebike?: "yes" | "no" | "dismount";
                /** @enum {string} */
                foot?: "yes" | "no";
                /** @enum {string} */
                kind: "storm" | "snow" | "peak" | "emergency";
            }[];
            /** @description The clear width. */
            width_m?: number;
        };
        /** @description The facilities that were counted. */
        FacilitiesAnswer: {
            /** @description The ids of the facilities that are closed at the requested moment. They do not count. */
            closed: string[];
            /** @description How many facilities count: those that are open at the requested moment and have a walkable way nearby. */
            count: number;
            /** @description How many of the counted facilities have unknown opening hours. These count as open. */
            unknown_hours: number;
            /** @description The ids of the facilities without a walkable way nearby. They do not count. */
            unlinked: string[];
        };
        /** @description Properties of the collection `facilities` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        FacilitiesProperties: {
            /** @description How many slots, spaces or seats. */
            capacity?: number;
            /** @description The compound it stands in. */
            compound?: string;
            /** @description The id of the grid that contains it. */
            grid?: string;
            /**
             * @description What it is for.
             * @enum {string}
             */
            kind?: "battery_swap" | "toolbox" | "rest_stop" | "handover" | "parking" | "charging" | "toilet" | "party_service_centre" | "mediation_room" | "discussion_pavilion";
            /** @description The name people use on the spot. */
            name?: string;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
        };
        /** @description The features that count as facilities. */
        FacilityBody: {
            /** @description Whether only features with `aed: true` count: stations with a defibrillator. */
            aed?: boolean;
            /** @description The smallest and the largest area, in m². A feature whose area is not known counts. */
            area_m2?: number[] | null;
            /**
             * @description The collection of the features.
             * @example facilities
             */
            collection: string;
            /** @description A filter in CQL2 text. */
            filter?: string | null;
            /**
             * @description Only features with this value of the property `kind`.
             * @example battery_swap
             */
            kind?: string | null;
        };
        /** @description The factors from which the number of people was computed. */
        FactorsAnswer: {
            /**
             * Format: double
             * @description The floor area per person in m², for buildings without a number of households.
             */
            m2_per_person: number;
            /**
             * Format: double
             * @description The number of persons per household.
             */
            persons_per_household: number;
        };
        /** @description A row that lies far from everything on the map. */
        FarRow: {
            /** @description The position: longitude and latitude in degrees, WGS 84. */
            at: number[];
            /** @description The id of the row's case. */
            id: string;
            /** @description The probable reason, in English. */
            problem: string;
            /** @description The probable reason, in Chinese. */
            problem_zh: string;
            /**
             * Format: int32
             * @description The number of the row in the sheet.
             */
            row: number;
            /** @description The name of the row's sheet, in a workbook. */
            sheet?: string | null;
        };
        Feature: {
            geometry: components["schemas"]["Geometry"] | null;
            id: string;
            links?: components["schemas"]["Link"][];
            properties: {
                [key: string]: unknown;
            };
            /**
             * Format: int64
             * @description The commit that wrote this version.
             */
            seq: number;
            /** @enum {string} */
            type: "Feature";
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A GeoJSON Feature (RFC 7946). Foreign members are ignored. */
        FeatureBody: {
            /** @description The coordinate system of the geometry, as in GeoJSON 2008; instead of `Content-Crs`. */
            crs?: {
                [key: string]: unknown;
            } | null;
            geometry: components["schemas"]["Geometry"] | null;
            id?: string | number;
            properties: {
                [key: string]: unknown;
            } | null;
            /** @enum {string} */
            type: "Feature";
        } & {
            [key: string]: unknown;
        };
        /** @description A page of features. */
        FeatureCollection: {
            features: components["schemas"]["Feature"][];
            links?: components["schemas"]["Link"][];
            /** @description The total number of matches, if it is known. */
            numberMatched?: number;
            numberReturned?: number;
            /** Format: date-time */
            timeStamp?: string;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        FeatureId: string;
        /** @description A merge patch of a feature (RFC 7396). Absent members stay as they are. */
        FeaturePatch: {
            /** @description The coordinate system of the geometry, as in GeoJSON 2008; instead of `Content-Crs`. */
            crs?: {
                [key: string]: unknown;
            } | null;
            geometry?: components["schemas"]["Geometry"] | null;
            /** @description The id, which cannot change: it must equal the one in the path. */
            id?: string | number;
            /** @description The properties that change; null removes one. */
            properties?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            type?: "Feature";
        };
        /** @description One error in a feature. */
        FeatureProblem: {
            /** @description The path of the wrong value: `properties.levels`, `geometry.coordinates[0]`, `id`. */
            field: string;
            /** @description What was found and what was expected, in English. */
            problem: string;
            /** @description The text of `problem` in Chinese. */
            problem_zh?: string;
        };
        FeedChange: {
            collection: string;
            /** @description The feature as the caller sees it, if it was put. */
            feature?: components["schemas"]["Feature"] | null;
            id: string;
            /** @enum {string} */
            kind: "put" | "delete";
        };
        /** @description A commit on the feed: its changes or, if it is large, the areas that changed. */
        FeedCommit: {
            /** Format: date-time */
            at: string;
            changes?: components["schemas"]["FeedChange"][];
            reset?: {
                /** @description West, south, east, north; degrees, WGS 84. */
                bbox: number[] | null;
                collection: string;
            }[];
            /** Format: int64 */
            seq: number;
        };
        FeedTime: {
            /**
             * Format: date-time
             * @description The time by the server's clock.
             */
            at: string;
            /** @description Whether the database is unreachable, so that no new commits arrive. */
            stale?: boolean;
        };
        /** @description The figures of one community, unit or category. */
        FigureRow: {
            /**
             * Format: int32
             * @description Cases closed in the month.
             */
            closed: number;
            /**
             * Format: int32
             * @description Cases filed in the month.
             */
            filed: number;
            /**
             * Format: double
             * @description The median time from the report to the end of the closed cases, in hours.
             */
            hours_to_close_median?: number | null;
            /** @description The id of the community, unit or category; empty for cases without one. */
            key: string;
            /** @description The name of the community, unit or category. */
            name: string;
            /**
             * Format: int32
             * @description Of the closed cases, those that were handled by their due date.
             */
            on_time: number;
            /**
             * Format: double
             * @description `on_time` divided by the number of closed cases with a due date and a time of handling, 0 to
             *     1.
             */
            on_time_share?: number | null;
            /**
             * Format: int32
             * @description The number of closed cases that were rated.
             */
            rated: number;
            /**
             * Format: double
             * @description The mean rating of the closed cases, 1 to 5.
             */
            rating_mean?: number | null;
            /**
             * Format: int32
             * @description Cases rejected in the month.
             */
            rejected: number;
            /**
             * Format: int32
             * @description How often the closed cases had been reopened.
             */
            reopened: number;
            /**
             * Format: int32
             * @description Cases reported in the month.
             */
            reported: number;
            /**
             * Format: int32
             * @description How often units returned the closed cases.
             */
            returned: number;
        };
        /** @description The figures of a month. */
        Figures: {
            /** @description The tables. */
            by: components["schemas"]["FiguresBy"];
            /** @description The month, as `2026-11`. */
            month: string;
            /** @description The totals of all cases. */
            total: components["schemas"]["FigureRow"];
        };
        /** @description The tables by community, unit and category. */
        FiguresBy: {
            /** @description The rows of the categories; the key is the id of the category. */
            category: components["schemas"]["FigureRow"][];
            /** @description The rows of the communities; the key is the id of the grid. */
            community: components["schemas"]["FigureRow"][];
            /** @description The rows of the units in charge; the key is the id of the unit. */
            unit: components["schemas"]["FigureRow"][];
        };
        /** @description The state for which a plan was made. The plan can be committed as long as it applies. */
        FileImportBasis: {
            /** @description The SHA-256 of every input, in order. */
            inputs: string[];
            /**
             * Format: int64
             * @description The newest commit of the map when the plan was made. The plan applies as long as no later commit has changed
             *     a feature that it changes, or a schema by which a feature was checked.
             */
            seq: number;
        };
        /**
         * @description The kind of a change of the map.
         * @enum {string}
         */
        FileImportChange: "new" | "changed" | "removed";
        /** @description A feature that a plan changes and that somebody else changed meanwhile. */
        FileImportConflict: {
            /** @description The collection of the feature. */
            collection: string;
            /** @description The id of the feature. */
            id: string;
            /** @description How the feature was changed meanwhile, in English. */
            problem: string;
            /** @description The text of `problem` in Chinese. */
            problem_zh?: string;
        };
        /** @description The numbers of features of one collection. */
        FileImportCounts: {
            /**
             * Format: int64
             * @description New features, and features that differ from the map.
             */
            changed: number;
            /**
             * Format: int64
             * @description Features without an id in the files, whose id was derived from geometry and name.
             */
            made_ids?: number;
            /**
             * Format: int64
             * @description How many of `changed` are new on the map.
             */
            new?: number;
            /**
             * Format: int64
             * @description Features that were read from the files.
             */
            read: number;
            /**
             * Format: int64
             * @description Features that were rejected.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Features that were removed, because they are on the map but not in the files.
             */
            removed?: number;
            /**
             * Format: int64
             * @description Features that are already on the map without a difference.
             */
            unchanged: number;
            /**
             * Format: int64
             * @description Imported features with a link that was not found.
             */
            unlinked: number;
        };
        /** @description A feature that lies far from everything else. */
        FileImportFar: {
            /** @description The longitude and latitude of the feature, in degrees of WGS 84. */
            at: number[];
            /** @description The collection of the feature. */
            collection: string;
            /** @description The id of the feature. */
            id: string;
            /** @description The likely cause, in English. */
            problem: string;
            /** @description The text of `problem` in Chinese. */
            problem_zh?: string;
            /**
             * Format: int32
             * @description The row of the feature, in a sheet.
             */
            row?: number | null;
        };
        /** @description One file of an import. */
        FileImportFile: {
            /** @description The name of the file as the caller gave it. */
            file: string;
            /** @description The detected format. */
            format: components["schemas"]["FileImportFormat"];
        };
        /**
         * @description A format that can be imported.
         * @enum {string}
         */
        FileImportFormat: "geo_json" | "geo_json_sequence" | "osm_pbf" | "osm_xml" | "sheet";
        /** @description The plan of an import. */
        FileImportPlan: components["schemas"]["FileImportReport"] & {
            /** @description The state of the map and the files for which the plan was made. */
            basis: components["schemas"]["FileImportBasis"];
        };
        /** @description A rejected feature with the reason. One line of the rejects file. */
        FileImportReject: {
            /** @description The collection into which the feature would have been imported. */
            collection?: string | null;
            /** @description The invalid part of the feature: `geometry.coordinates[0]`, `properties.levels`, `id`. */
            field: string;
            /** @description The name of the file, as the caller gave it. */
            file: string;
            /** @description The id of the feature, if it has one: `w123` for way 123 of an OSM extract. */
            id?: string | null;
            /**
             * Format: int64
             * @description The position of the feature among the features of the file, from 0, in text files.
             */
            index?: number | null;
            /**
             * Format: int64
             * @description The line on which the feature begins, from 1, in text files; the row of a sheet.
             */
            line?: number | null;
            /** @description The problems of the feature other than `problem`. */
            others?: components["schemas"]["FeatureProblem"][];
            /** @description What was found and what was expected, in English. */
            problem: string;
            /** @description The text of `problem` in Chinese. */
            problem_zh?: string;
            /** @description The sheet, in a workbook. */
            sheet?: string | null;
        };
        /** @description The report of an import. */
        FileImportReport: {
            /**
             * Format: date-time
             * @description When the commit was made.
             */
            at?: string | null;
            /** @description The counts of each collection. */
            collections: {
                [key: string]: components["schemas"]["FileImportCounts"];
            };
            /**
             * Format: int64
             * @description Features that cannot be restored, because they were changed later.
             */
            conflicting?: number;
            /** @description The first features that cannot be restored. */
            conflicts?: components["schemas"]["FileImportConflict"][];
            /** @description Collections that the map did not have. */
            created: string[];
            /** @description Whether this was a dry run: nothing was written. */
            dry_run: boolean;
            /** @description West, south, east and north of the features that were read, in degrees. */
            extent?: number[] | null;
            /** @description The first features that lie far from everything else. */
            far?: components["schemas"]["FileImportFar"][];
            /**
             * Format: int64
             * @description How many features lie far from everything else: imported, but most likely at a wrong position.
             */
            far_away?: number;
            /** @description The files, in order. */
            files: components["schemas"]["FileImportFile"][];
            /**
             * Format: int64
             * @description How many valid warnings are not imported because others are invalid: either all are imported or none.
             */
            held_back?: number | null;
            /**
             * Format: int64
             * @description Features with derived ids whose geometry and name equal those of an earlier feature: each got the id of the
             *     first one and a number, in the order of the files.
             */
            identical?: number;
            /** @description Columns of sheets that the ledger does not know. */
            ignored_columns?: string[];
            /** @description The SHA-256 of every file that was read, in order. */
            inputs?: string[];
            /** @description Ids of merged warnings that are not on the map: each counts in the case it was merged into. */
            merged?: string[];
            /** @description Collections from which nothing was removed, because some of their rejected features have no id. */
            not_removed?: string[];
            /** @description Collections to which features should be linked, but which have no feature. */
            nothing_to_link_to: string[];
            /** @description Properties of warnings that the ledger does not know and does not keep. */
            passed_over?: string[];
            /**
             * Format: int64
             * @description Features that were rejected, including those whose collection is unknown.
             */
            rejected: number;
            /** @description The first rejected features. The file of `--rejects` has all of them. */
            rejects: components["schemas"]["FileImportReject"][];
            /** @description The first changes of each kind. */
            samples?: components["schemas"]["FileImportSample"][];
            /**
             * Format: int64
             * @description The commit's number; `None` in a dry run.
             */
            seq?: number | null;
            /** @description Sheets of workbooks that were left out. */
            skipped_sheets?: components["schemas"]["FileImportSkippedSheet"][];
            /**
             * Format: int64
             * @description The commit that is undone.
             */
            undoes?: number | null;
            /** @description The first features without a link that they should have. */
            unlinked: components["schemas"]["FileImportUnlinked"][];
        };
        /** @description One of the changes that an import makes. */
        FileImportSample: {
            /** @description The collection of the feature. */
            collection: string;
            /** @description The id of the feature. */
            id: string;
            /** @description Whether the feature is added, changed or removed. */
            kind: components["schemas"]["FileImportChange"];
        };
        /** @description A sheet of a workbook that is left out. */
        FileImportSkippedSheet: {
            /** @description The name of the file, as the caller gave it. */
            file: string;
            /** @description The number of rows that are not empty. */
            rows: number;
            /** @description The name of the sheet. */
            sheet: string;
            /** @description Why the sheet is left out, in English. */
            why: string;
            /** @description The text of `why` in Chinese. */
            why_zh?: string;
        };
        /** @description A feature without an expected link to another feature. One line of the unlinked file. */
        FileImportUnlinked: {
            /** @description The collection of the feature. */
            collection: string;
            /** @description The id of the feature. */
            id: string;
            /** @description Why the property could not be linked, in English. */
            problem: string;
            /** @description The text of `problem` in Chinese. */
            problem_zh?: string;
            /** @description The property that stays empty. */
            property: string;
        };
        /** @description Properties of the collection `first_aid_stations` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        FirstAidStationsProperties: {
            /** @description Has an automated external defibrillator. */
            aed?: boolean;
            /** @description The id of the grid that contains it. */
            grid?: string;
            /** @description The shop or office that keeps it. */
            host?: string;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
            /** @description The host's telephone number. */
            phone?: string;
        };
        Found: {
            features: (components["schemas"]["Feature"] & {
                address?: {
                    door?: string;
                    note?: components["schemas"]["Localized"];
                    room?: string;
                    unit?: string;
                };
                collection: string;
                properties: {
                    building?: string;
                    compound?: string;
                    name?: string;
                    number?: string;
                } & {
                    [key: string]: unknown;
                };
            })[];
            note?: components["schemas"]["Localized"];
            /** @enum {string} */
            type: "FeatureCollection";
        };
        /** @description A place with people who are covered only with the tried facilities. */
        GainedPlace: {
            /** @description The id of the building, or of the feature of the demand layer. */
            id: string;
            /** @description The name of the place. */
            name: string;
            /**
             * Format: double
             * @description How many people are covered only with the tried facilities.
             */
            people: number;
        };
        /** @description How candidates are generated. */
        GenerateBody: {
            /**
             * Format: double
             * @description The distance between points, 5 to 5,000 metres; 100 if absent. It is widened to at least a twentieth of the
             *     distance of the standard, and until there are at most 1,500 points.
             */
            spacing_m?: number | null;
        };
        Geometry: {
            coordinates: number[];
            /** @enum {string} */
            type: "Point";
        } | {
            coordinates: number[][];
            /** @enum {string} */
            type: "MultiPoint";
        } | {
            coordinates: number[][];
            /** @enum {string} */
            type: "LineString";
        } | {
            coordinates: number[][][];
            /** @enum {string} */
            type: "MultiLineString";
        } | {
            coordinates: number[][][];
            /** @enum {string} */
            type: "Polygon";
        } | {
            coordinates: number[][][][];
            /** @enum {string} */
            type: "MultiPolygon";
        } | {
            geometries: components["schemas"]["Geometry"][];
            /** @enum {string} */
            type: "GeometryCollection";
        };
        /** @description Properties of the collection `green` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        GreenProperties: {
            /** @description What kind of green it is. */
            kind?: string;
            /** @description The name people use on the spot. */
            name?: string;
        };
        /** @description The status of a grid. */
        GridStatus: {
            /** @description The official code of the grid. */
            code?: string | null;
            /** @description The id of the grid. */
            id: components["schemas"]["FeatureId"];
            /** @description The kind: `street`, `community` or `grid`. */
            kind?: string | null;
            /** @description The level of the grid. */
            level: components["schemas"]["Level"];
            /** @description The open warnings in the grid, including those in grids inside of it. */
            open: components["schemas"]["OpenCounts"];
            /** @description The reason as a text; empty if the role may not see the reasons of cases. */
            reason?: components["schemas"]["Localized"];
            /**
             * Format: date-time
             * @description Since when the grid has had at least this level: the start of its earliest open warning of
             *     that level.
             */
            since?: string | null;
        };
        /** @description The level of every grid. */
        GridStatuses: {
            /**
             * Format: date-time
             * @description The moment that the answer shows.
             */
            at: string;
            /** @description The grids, the communities and the subdistrict. */
            grids: components["schemas"]["GridStatus"][];
            /** @description The number of open cases on the whole map. */
            open: components["schemas"]["OpenCounts"];
            /**
             * Format: int64
             * @description The number of the commit that the answer shows.
             */
            seq: number;
        };
        /** @description Properties of the collection `grids` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        GridsProperties: {
            /** @description Division code: 9 digits for a street, 12 for a community, 15 for a grid (county 6 + street 3 + community 3 + number 3). */
            code?: string;
            /** @description How many families are registered in it. */
            households?: number;
            /**
             * @description A street, a community or a grid.
             * @enum {string}
             */
            kind?: "street" | "community" | "grid";
            /** @description The name people use on the spot. */
            name?: string;
            /** @description The id of the unit above it. */
            parent?: string;
            /** @description How many people are registered in it. */
            population?: number;
        };
        /** @description A handover with what has changed since. */
        Handover: components["schemas"]["HandoverHead"] & {
            /** @description The numbers and cases as they were at the handover. */
            content: components["schemas"]["HandoverContent"];
            /** @description The note for the next shift; may be empty. */
            note: string;
            /** @description The listed cases as they are now; `why` has only `overdue`. A case that was deleted is missing. */
            present: components["schemas"]["HandoverCase"][];
            /** @description What happened from the handover until it was taken over, or until now. */
            since: components["schemas"]["Happened"];
        };
        /** @description A shift to hand over. Absent times follow the last handover, otherwise the clock: shifts change at 8:00 and 20:00. */
        HandoverBody: {
            /** @description When the shift began, at most 7 days ago. */
            from?: components["schemas"]["Moment"];
            /** @description When the next shift begins. */
            next_from?: components["schemas"]["Moment"];
            /** @description When the next shift ends. */
            next_until?: components["schemas"]["Moment"];
            /** @description The note for the next shift. */
            note?: string;
        };
        /** @description A case as it is at the handover. */
        HandoverCase: {
            /** @description The category. */
            category: string;
            /**
             * Format: date-time
             * @description When somebody must act: the due time, or the end of the parking; for a supervised case, the earlier one of this and
             *     its own due time.
             */
            due_at?: string | null;
            /** @description The id of the case. */
            id: string;
            /** @description The level. */
            level: components["schemas"]["Level"];
            /**
             * @description The number of the case.
             * @example 20261129-0042
             */
            number?: string | null;
            /** @description The place as a text. */
            place?: string | null;
            /** @description The status. */
            status: components["schemas"]["Status"];
            /** @description The name of the unit in charge. */
            unit?: string | null;
            /** @description Why it is listed. */
            why: components["schemas"]["HandoverReason"][];
        };
        /** @description A community of a handover. */
        HandoverCommunity: {
            /** @description The id of its grid. */
            id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description What is handed over, as it is at one moment. */
        HandoverContent: {
            /**
             * Format: date-time
             * @description When it was counted.
             */
            at: string;
            /** @description The cases that need attention, the most urgent first, at most 200. */
            cases: components["schemas"]["HandoverCase"][];
            /** @description How many cases need attention for each reason. */
            counts: components["schemas"]["ReasonCounts"];
            /** @description What was done in the shift. */
            done: components["schemas"]["Happened"];
            /**
             * Format: int32
             * @description How many cases need attention and are not listed.
             */
            left_out: number;
            /** @description The next shift. */
            next: components["schemas"]["Shift"];
            /** @description The open cases. */
            open: components["schemas"]["OpenNow"];
            /**
             * Format: int64
             * @description The commit as of which it was counted: the version of the data.
             */
            seq: number;
            /** @description The shift that ends; `done` counts from its beginning until `at`. */
            shift: components["schemas"]["Shift"];
        };
        /** @description A handover without its content. */
        HandoverHead: {
            /** @description The communities; empty for the whole map. */
            communities: components["schemas"]["HandoverCommunity"][];
            /** @description Who handed over. */
            given: components["schemas"]["HandoverSignature"];
            /** @description The id. */
            id: string;
            /** @description The next shift. */
            next: components["schemas"]["Shift"];
            /** @description The shift that ended. */
            shift: components["schemas"]["Shift"];
            taken?: components["schemas"]["HandoverSignature"] | null;
        };
        /** @description The handovers that the caller may see. */
        HandoverList: {
            /** @description At most 60: open ones first, then the newest first. */
            handovers: components["schemas"]["HandoverHead"][];
        };
        /** @description What the caller would hand over now. */
        HandoverPreview: {
            /** @description The communities; empty for the whole map. */
            communities: components["schemas"]["HandoverCommunity"][];
            /** @description The numbers and cases. */
            content: components["schemas"]["HandoverContent"];
        };
        /**
         * @description Why a case is listed.
         * @enum {string}
         */
        HandoverReason: "overdue" | "due" | "supervised" | "red";
        /** @description A signature. */
        HandoverSignature: {
            /** @description The name of the account. */
            account: string;
            /**
             * Format: date-time
             * @description When it was signed.
             */
            at: string;
            /** @description Whether it is the caller's. */
            own: boolean;
        };
        /** @description What happened in a span of time. */
        Happened: {
            /**
             * Format: int32
             * @description Cases closed.
             */
            closed: number;
            /**
             * Format: int32
             * @description Cases dispatched.
             */
            dispatched: number;
            /**
             * Format: int32
             * @description Cases filed.
             */
            filed: number;
            /**
             * Format: int32
             * @description Cases handled by their units.
             */
            handled: number;
            /**
             * Format: int32
             * @description Cases that turned red and are still open and red.
             */
            new_red: number;
            /**
             * Format: int32
             * @description Cases rejected.
             */
            rejected: number;
            /**
             * Format: int32
             * @description Cases reported.
             */
            reported: number;
        };
        /** @description The history of a case. */
        History: {
            /** @description The id of the case. */
            id: string;
            /** @description The value of `after` for the next page; absent on the last page. */
            next?: string | null;
            /** @description The steps, the oldest first, without fields that the caller may not see. */
            steps: components["schemas"]["Step"][];
        };
        /** @description Features that could host the facility. */
        HostsBody: {
            /** @description The collection, such as `buildings` or `units`. */
            collection: string;
            /**
             * @description A filter in CQL2 text.
             * @example kind = 'shop'
             */
            filter?: string | null;
        };
        /** @description The coverage in one hour. */
        HourShown: {
            /**
             * Format: date-time
             * @description The middle of the hour, for which opening hours are read, RFC 3339.
             */
            at: string;
            /**
             * Format: double
             * @description The number of people who are covered.
             */
            covered: number;
            /**
             * Format: double
             * @description The share of people who are covered, from 0 to 1; `null` without people.
             */
            share?: number | null;
        };
        /** @description The homes of one kind of housing. */
        Housing: {
            /**
             * Format: int32
             * @description The number of residential buildings.
             */
            buildings: number;
            /**
             * Format: int64
             * @description The number of their households.
             */
            households: number;
        };
        /** @description The result of an import, or of its dry run. */
        ImportReport: {
            /**
             * Format: int32
             * @description The number of new cases; 0 if there is a problem, because then nothing is written.
             */
            created: number;
            /** @description Whether this was a dry run, which writes nothing. */
            dry_run: boolean;
            /** @description The first 20 rows that lie far from everything on the map. */
            far: components["schemas"]["FarRow"][];
            /**
             * Format: int64
             * @description The number of new rows that lie far from everything on the map.
             */
            far_away: number;
            /** @description Headers that match no column of the ledger. */
            ignored: string[];
            /** @description The first 20 rows, as the import would write them. */
            preview: components["schemas"]["ImportedRow"][];
            /** @description Why rows are refused, at most 500. If there is a problem, nothing is written. */
            problems: components["schemas"]["SheetProblem"][];
            /** @description The number of rows in all sheets. */
            rows: number;
            /** @description The sheets that were read. */
            sheets: components["schemas"]["SheetRead"][];
            /** @description The sheets that were left out. */
            skipped: components["schemas"]["SkippedSheet"][];
            /**
             * Format: int32
             * @description The number of cases that the sheet does not change.
             */
            unchanged: number;
            /**
             * Format: int32
             * @description The number of known cases that get further steps; 0 if there is a problem.
             */
            updated: number;
            /** @description The number of rows with a problem. */
            wrong_rows: number;
        };
        /** @description The result of importing one row of a sheet. */
        ImportedRow: {
            /** @description Whether the case is new, updated or unchanged. */
            becomes: components["schemas"]["Becomes"];
            /** @description The category of the case. */
            category: string;
            /** @description The community of the case. */
            community?: string | null;
            /** @description The grid of the case. */
            grid?: string | null;
            id?: components["schemas"]["FeatureId"] | null;
            level?: components["schemas"]["Level"] | null;
            /** @description The place as a text. */
            place?: string | null;
            /**
             * Format: date-time
             * @description When the case was reported.
             */
            reported_at: string;
            /**
             * Format: int32
             * @description The number of the row in the sheet.
             */
            row: number;
            /** @description The name of the row's sheet, in a workbook. */
            sheet?: string | null;
            /** @description The status of the case after the row. */
            status: components["schemas"]["Status"];
            /** @description The unit in charge. */
            unit?: string | null;
        };
        /** @description The invites. */
        InviteList: {
            /** @description The invites, the newest first, at most 500. */
            invites: components["schemas"]["InviteShown"][];
        };
        /** @description A newly created invite. */
        InviteMade: {
            /** @description The secret of the invite. It is shown only in this answer. */
            code: string;
            /** @description The invite. */
            invite: components["schemas"]["InviteShown"];
            /** @description The link to pass on or to print as a QR code. */
            link: string;
        };
        /** @description An invite, without its secret. */
        InviteShown: {
            /** @description The ids of the communities in which the accounts may act. */
            communities: string[];
            /** @description When the invite was created, RFC 3339. */
            created_at: string;
            /** @description The id of the account that created the invite; absent if the command line did. */
            created_by?: string | null;
            /** @description When the invite expires, RFC 3339. */
            expires_at: string;
            /** @description The id of the invite, with which it is revoked. */
            id: string;
            /** @description What the invite is for. */
            note?: string | null;
            /** @description When the invite was revoked, RFC 3339. */
            revoked_at?: string | null;
            /** @description The roles of the accounts. */
            roles: string[];
            /** @description The id of the member unit that the accounts work for. */
            unit?: string | null;
            /**
             * Format: int32
             * @description How many accounts the invite has created.
             */
            used: number;
            /**
             * Format: int32
             * @description How many accounts the invite can create.
             */
            uses: number;
        };
        /** @description The invite to create. */
        InviteWanted: {
            /**
             * @description The ids of the communities in which the accounts may act. An officer who is restricted to communities may
             *     give only those.
             */
            communities?: string[];
            /** @description When the invite expires, RFC 3339, within 90 days; after 7 days, if absent. */
            expires_at?: string | null;
            /** @description What the invite is for. */
            note?: string | null;
            /**
             * @description The roles of the accounts. Officers may give rider, grid_worker and unit.
             * @example [
             *       "rider"
             *     ]
             */
            roles: string[];
            /** @description The id of the member unit that the accounts work for. */
            unit?: string | null;
            /**
             * Format: int32
             * @description How many accounts the invite can create, up to 1,000; one, if absent.
             */
            uses?: number | null;
        };
        /** @description An isochrone: the stretches of ways that can be reached within a time. */
        Isochrone: {
            /** @description The stretches of ways that are reached. */
            geometry: components["schemas"]["ReachedWays"];
            /** @description The properties of the isochrone. */
            properties: components["schemas"]["IsochroneProperties"];
            /** @description `Feature`. */
            type: string;
        };
        /** @description A request for an isochrone: what can be reached within a time. */
        IsochroneBody: {
            /**
             * Format: date-time
             * @description The departure time, RFC 3339; now, if absent.
             */
            depart_at?: string | null;
            from?: components["schemas"]["RoutePlace"] | null;
            /**
             * Format: double
             * @description Latitude of a position, WGS 84 degrees.
             */
            lat?: number | null;
            /**
             * Format: double
             * @description Longitude of a position, WGS 84 degrees.
             */
            lon?: number | null;
            /**
             * Format: double
             * @description The longest travel time, in minutes.
             */
            minutes: number;
            /** @description The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`. */
            profile?: string;
        };
        /** @description The properties of an isochrone. */
        IsochroneProperties: {
            /**
             * Format: double
             * @description The length of all stretches, in metres.
             */
            length_m: number;
            /**
             * Format: double
             * @description The longest travel time, in minutes.
             */
            minutes: number;
            /**
             * Format: int64
             * @description The number of the commit from which the network was built.
             */
            network_seq: number;
            /** @description The travel profile. */
            profile: string;
            /**
             * Format: int64
             * @description The number of the commit at which access rights and opening hours were read.
             */
            seq: number;
        };
        /** @description A page of jobs. */
        JobList: {
            /** @description The jobs, the newest first, without their results. */
            jobs: components["schemas"]["JobShown"][];
            /** @description The value of `before` for the next page; absent on the last page. */
            next?: string | null;
        };
        /** @description The result of a job. `kind` is the kind of the job. */
        JobResult: (components["schemas"]["FileImportPlan"] & {
            /** @enum {string} */
            kind: "import";
        }) | (components["schemas"]["FileImportReport"] & {
            /** @enum {string} */
            kind: "import_commit";
        }) | (components["schemas"]["FileImportReport"] & {
            /** @enum {string} */
            kind: "import_undo";
        }) | (components["schemas"]["SitingResult"] & {
            /** @enum {string} */
            kind: "siting";
        }) | (components["schemas"]["AccessAnswer"] & {
            /** @enum {string} */
            kind: "access";
        }) | (components["schemas"]["WeekAnswer"] & {
            /** @enum {string} */
            kind: "coverage_week";
        });
        /** @description A job. */
        JobShown: {
            /**
             * @description Whether the job was cancelled and has not stopped yet. A job that is already writing its result into the map
             *     is not stopped.
             */
            cancelling: boolean;
            /** @description When the job was created, RFC 3339. */
            created_at: string;
            /** @description When the job is removed after its end, RFC 3339. */
            expires_at: string;
            /**
             * @description The id of the job.
             * @example 019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11
             */
            id: string;
            /**
             * @description The kind of work.
             * @example import
             */
            kind: string;
            /** @description The name of the account that created the job. */
            owner: string;
            /** @description The id of the job whose result this job uses. */
            parent?: string | null;
            /** @description Why the job failed or was lost, in English. */
            problem?: string | null;
            /** @description Why the job failed or was lost, in Chinese. */
            problem_zh?: string | null;
            progress?: components["schemas"]["ProgressShown"] | null;
            result?: components["schemas"]["JobResult"] | null;
            /**
             * Format: int64
             * @description How often the job has changed. The events of the job have this number as their id.
             */
            revision: number;
            /**
             * Format: int64
             * @description The number of the commit whose map the job reads.
             */
            seq?: number | null;
            /** @description When the job was last started, RFC 3339. */
            started_at?: string | null;
            /** @description The state of the job. */
            state: components["schemas"]["JobStateShown"];
            /** @description When the job last changed, RFC 3339. */
            updated_at: string;
        };
        /**
         * @description The state of a job.
         * @enum {string}
         */
        JobStateShown: "queued" | "running" | "done" | "cancelled" | "failed" | "lost";
        /** @description The landing page: what this service is, with links to its parts. */
        Landing: {
            /**
             * Format: date-time
             * @description When the newest commit was written.
             */
            at: string;
            /** @description Whether the synthetic demo district is on the map. */
            demo: boolean;
            /** @description A description of the service. */
            description: string;
            /** @description The extent of the data. */
            extent: components["schemas"]["LandingExtent"];
            /** @description Links to the parts of the service. */
            links: components["schemas"]["Link"][];
            /** @description The pages for people. */
            pages: string[];
            /**
             * Format: int64
             * @description The number of the newest commit.
             */
            seq: number;
            /** @description The sources of the data on the map. */
            sources: components["schemas"]["DataSource"][];
            /** @description The name of the subdistrict, if the map has one. */
            title: string;
        };
        /** @description The extent of the data. */
        LandingExtent: {
            /** @description West, south, east, north, in degrees (WGS 84). Null for an empty map. */
            bbox?: number[] | null;
        };
        /** @description The features of a collection as candidates. */
        LayerBody: {
            /** @description The property with the number of people that the site can serve. */
            capacity?: string | null;
            /** @description The collection. */
            collection: string;
            /** @description The property with the cost of a site. */
            cost?: string | null;
            /** @description A filter in CQL2 text. */
            filter?: string | null;
        };
        /** @description The numbers of entries that `limit` left off the lists. */
        LeftOff: {
            /** @description The number of areas left off `by`. */
            by: number;
            /** @description The number of places left off `change`. */
            change: number;
            /** @description The number of places left off `uncovered`. */
            uncovered: number;
            /** @description The number of places left off `unlinked`. */
            unlinked: number;
        };
        /** @description A leg of a route. */
        LegFeature: {
            /** @description The line of the leg; for parking and waiting, the same position twice. */
            geometry: components["schemas"]["LegLine"];
            /** @description The properties of the leg. */
            properties: components["schemas"]["LegProperties"];
            /** @description `Feature`. */
            type: string;
        };
        /** @description The line of a leg. */
        LegLine: {
            /** @description Longitude and latitude, WGS 84 degrees. */
            coordinates: number[][];
            /** @description `LineString`. */
            type: string;
        };
        /** @description The properties of a leg. */
        LegProperties: {
            /**
             * Format: date-time
             * @description When the leg begins.
             */
            begins_at: string;
            /**
             * Format: double
             * @description The length, in metres.
             */
            distance_m: number;
            /**
             * Format: double
             * @description The duration, in seconds.
             */
            duration_s: number;
            /** @description Whether the leg belongs to the way back. */
            is_back: boolean;
            /** @description `ride`, `push`, `park`, `walk`, `lift` or `wait`. */
            mode: string;
            /** @description The instructions, in order. */
            steps: components["schemas"]["RouteStep"][];
        };
        /**
         * @description The level of a warning. Levels are ordered, and the maximum of several is the most severe.
         * @enum {string}
         */
        Level: "no_data" | "green" | "yellow" | "red";
        /** @description A link to another resource (RFC 8288). */
        Link: {
            /** @description The address of the resource. */
            href: string;
            /** @description The relation of the resource to this one: `self`, `next`, `items`. */
            rel: string;
            /** @description The title of the resource. */
            title: string;
            /** @description The media type of the resource. */
            type: string;
        };
        /** @description A text in both languages of the product. */
        Localized: {
            /** @description The English text. */
            en: string;
            /** @description The Chinese text. */
            zh: string;
        };
        /** @description A gate that the route does not use. */
        LostGate: {
            /**
             * @description The reason as a code: `slower`, `closed_until`, `closed`, `locked`, `blocked`, `not_admitted`, `oneway`,
             *     `unusable`, `unreachable` or `avoided`.
             */
            code: string;
            /**
             * Format: double
             * @description How much longer the route through this gate takes, in seconds; null if there is no such route.
             */
            extra_s?: number | null;
            /** @description The id of the gate. */
            id: string;
            /** @description The name of the gate. */
            name?: string | null;
            /** @description The reason why the route does not use this gate, as text. */
            why: components["schemas"]["Localized"];
        };
        /** @description Properties of the collection `mediation_points` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        MediationPointsProperties: {
            /** @description How many people can sit here. */
            capacity?: number;
            /** @description The id of the grid that contains it. */
            grid?: string;
            /**
             * @description Whether one office mediates here, or several together.
             * @enum {string}
             */
            kind: "mediation_room" | "three_offices" | "three_rooms";
            /** @description The offices that mediate here together. */
            members?: ("police_station" | "justice_office" | "law_firm" | "police_room" | "mediation_room" | "legal_aid_room" | "court" | "procuratorate")[];
            /** @description The name, as it is published. */
            name: string;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
            /** @description The published telephone of the room on duty, never that of a person. */
            phone?: string;
        };
        /** @description A planned step of a project. */
        Milestone: {
            /**
             * Format: date
             * @description The day on which it was reached; absent until then.
             */
            done_on?: string | null;
            /**
             * Format: date
             * @description The day by which it is planned.
             */
            due_on?: string | null;
            /** @description The name. */
            name: string;
        };
        Moment: string;
        /** @description The statistics of a month beside those of the month before, counted from the same state of the ledger. */
        MonthReport: components["schemas"]["Figures"] & {
            /** @description The figures of the month before. */
            previous: components["schemas"]["Figures"];
            /** @description The patrol rounds in the month before by community. */
            previous_rounds: components["schemas"]["CommunityRounds"][];
            /** @description The patrol rounds in the month by community. */
            rounds: components["schemas"]["CommunityRounds"][];
            /**
             * Format: int64
             * @description The commit as of which both were counted: the version of the data.
             */
            seq: number;
        };
        /** @description What has changed on the map since a scenario was saved. */
        MovedOn: {
            /**
             * Format: int64
             * @description The number of commits since the scenario was saved, including those that only change warnings.
             */
            commits: number;
            /** @description The features named in the scenario's edits that these commits changed, created or deleted. */
            touched: components["schemas"]["TouchedFeature"][];
        };
        /** @description A feature at the place. */
        Named: {
            /** @description The id of the feature. */
            id: string;
            /** @description The name, if the caller may see it. */
            name?: string | null;
        };
        /** @description The building that is nearest to a place. */
        NearBuilding: components["schemas"]["Named"] & {
            /**
             * Format: double
             * @description Its distance in metres.
             */
            distance_m: number;
        };
        /** @description The nearest service of a kind. */
        NearService: {
            /**
             * Format: double
             * @description The straight distance from the middle of the subject, in metres.
             */
            distance_m: number;
            /** @description The id. */
            id: string;
            /** @description The kind: `first_aid_station`, `pocket_park`, or a kind of facility. */
            kind: string;
            /** @description The name. */
            name?: string | null;
        };
        /** @description A place near a building. */
        Nearby: {
            /**
             * Format: int32
             * @description The capacity.
             */
            capacity?: number | null;
            /**
             * Format: double
             * @description The straight distance from the building, in metres.
             */
            distance_m: number;
            /** @description The id of the facility. */
            id: string;
            /** @description The name of the facility. */
            name?: string | null;
            /** @description The opening hours as text. */
            opening_hours?: string | null;
            /** @description Longitude and latitude. */
            position: number[];
        };
        /** @description A request for the nearest features by travel time. */
        NearestBody: {
            /**
             * @description The collection to look in.
             * @example facilities
             */
            collection: string;
            /**
             * Format: date-time
             * @description The departure time, RFC 3339; now, if absent.
             */
            depart_at?: string | null;
            from?: components["schemas"]["RoutePlace"] | null;
            /** @description The number of features to return. */
            k?: number;
            /** @description Only features of this kind, such as `battery_swap` among `facilities`. */
            kind?: string | null;
            /**
             * Format: double
             * @description Latitude of a position, WGS 84 degrees.
             */
            lat?: number | null;
            /**
             * Format: double
             * @description Longitude of a position, WGS 84 degrees.
             */
            lon?: number | null;
            /** @description The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`. */
            profile?: string;
        };
        NearestCollection: {
            features: (components["schemas"]["Feature"] & {
                properties: {
                    address?: string;
                    /**
                     * Format: double
                     * @description The distance on the ellipsoid in metres; 0 if the place is inside the feature.
                     */
                    distance_m: number;
                    name?: string;
                    number?: string;
                } & {
                    [key: string]: unknown;
                };
            })[];
            /** @enum {string} */
            type: "FeatureCollection";
        };
        /** @description The parts of the network file of an area. Each part is fetched by its hash, and only if it has changed. */
        NetworkManifest: {
            /** @description The area: west, south, east, north; null for the whole map. */
            bbox?: number[] | null;
            /**
             * Format: date-time
             * @description When the file was built.
             */
            built_at: string;
            /**
             * Format: int32
             * @description The version of the format.
             */
            format: number;
            /**
             * Format: date-time
             * @description The moment from which opening hours are unknown.
             */
            known_until: string;
            /**
             * Format: int64
             * @description The number of the commit that the network was built from.
             */
            network_seq: number;
            /** @description The parts. */
            parts: components["schemas"]["NetworkParts"];
            /**
             * Format: int64
             * @description The number of the commit that the file shows.
             */
            seq: number;
        };
        /** @description A part of a network file. */
        NetworkPart: {
            /** @description The size of the part in bytes, before compression. */
            bytes: number;
            /** @description The SHA-256 of the part, in hexadecimal digits; `/api/network/parts/{hash}` returns the part. */
            hash: string;
        };
        /** @description The parts of a network file. */
        NetworkParts: {
            /** @description Who may pass and when, buildings, entrances and facilities. */
            attributes: components["schemas"]["NetworkPart"];
            /** @description The names by which places are found. */
            directory: components["schemas"]["NetworkPart"];
            /** @description The geometry: the lines of the ways, and the outlines that block the line of sight. */
            geometry: components["schemas"]["NetworkPart"];
            /** @description The topology: which ways are joined, gates, doors and turn restrictions. */
            topology: components["schemas"]["NetworkPart"];
        };
        /** @description Whether the notice of a step was sent, or what suppressed it. */
        Notice: "sent" | {
            /** @description A silence with this id suppressed the notice. */
            silenced_by: string;
        } | {
            /** @description The red case with this id in the same grid suppressed the notice. */
            inhibited_by: components["schemas"]["FeatureId"];
        };
        /** @description When units are notified. */
        NoticeRule: {
            /** @description The lowest level of cases about which units are notified. */
            from: components["schemas"]["Level"];
            /** @description Whether a red case holds back the yellow notices of its grid. */
            red_inhibits_yellow: boolean;
        };
        /** @description The result of an observation. */
        ObservationAnswer: {
            /** @description The category of the condition. */
            category: string;
            /** @description True if the observation is older than the last one, so that it changes nothing; absent otherwise. */
            late?: boolean;
            /** @description The id of the place. */
            place: string;
            /**
             * Format: date-time
             * @description Since when the condition has this state.
             */
            since: string;
            /** @description The condition after the observation. */
            state: components["schemas"]["ConditionState"];
            /**
             * Format: double
             * @description The last value, in the unit of the thresholds.
             */
            value?: number | null;
            warning?: components["schemas"]["FeatureId"] | null;
        };
        /** @description An observation at a place. */
        ObservationBody: {
            /**
             * Format: date-time
             * @description When the value was measured; now, if absent.
             */
            at?: string;
            /** @description A category whose rule has a condition. */
            category: string;
            /** @description The id of the observed feature of the map. */
            place: string;
            /**
             * Format: double
             * @description The value, in the unit of the rule's thresholds.
             */
            value: number;
        };
        /** @description How many of the recently closed cases were handled by their due date. */
        OnTime: {
            /**
             * Format: int32
             * @description The number of cases closed in the last `days` days.
             */
            closed: number;
            /**
             * Format: int32
             * @description The number of days, including today.
             */
            days: number;
            /**
             * Format: int32
             * @description Of the closed cases, those that were handled by their due date.
             */
            on_time: number;
            /**
             * Format: double
             * @description `on_time` divided by `with_due`, 0 to 1.
             */
            share?: number | null;
            /**
             * Format: int32
             * @description Of the closed cases, those with a due date and a time of handling.
             */
            with_due: number;
        };
        /** @description The number of open cases by who must act next. */
        OpenBy: {
            /**
             * Format: int32
             * @description A duty officer.
             */
            officer: number;
            /**
             * Format: int32
             * @description The unit in charge.
             */
            unit: number;
            /**
             * Format: int32
             * @description Whoever verifies the work.
             */
            verifier: number;
        };
        /** @description The number of open warnings by level. */
        OpenCounts: {
            /**
             * Format: int32
             * @description Open cases at the level green (绿色).
             */
            green: number;
            /**
             * Format: int32
             * @description Red warnings (红色预警).
             */
            red: number;
            /**
             * Format: int32
             * @description Yellow warnings (黄色预警).
             */
            yellow: number;
        };
        /** @description The numbers of open cases. */
        OpenNow: {
            /**
             * Format: int32
             * @description Open cases at the level green.
             */
            green: number;
            /**
             * Format: int32
             * @description Reports that an officer must review before they count (待甄别).
             */
            held: number;
            /**
             * Format: int32
             * @description Cases whose due time, or the end of their parking, has passed.
             */
            overdue: number;
            /**
             * Format: int32
             * @description Red warnings.
             */
            red: number;
            /**
             * Format: int32
             * @description Supervised cases (督办).
             */
            supervised: number;
            /**
             * Format: int32
             * @description Cases that an officer must close (待结案).
             */
            to_close: number;
            /**
             * Format: int32
             * @description Cases that an officer must dispatch, also after a unit returned them (待派遣).
             */
            to_dispatch: number;
            /**
             * Format: int32
             * @description Cases that an officer must file or reject (待立案).
             */
            to_file: number;
            /**
             * Format: int32
             * @description Yellow warnings.
             */
            yellow: number;
        };
        /** @description A day order that has not ended. */
        OrderOfDay: {
            /**
             * Format: date-time
             * @description When it comes into force.
             */
            from?: string | null;
            /** @description The id in the collection `day_orders`. */
            id: string;
            /** @description Whether it is in force at the requested moment; otherwise it is announced. */
            in_force: boolean;
            /** @description `storm`, `snow`, `peak` or `emergency`. */
            kind?: string | null;
            /** @description The published reason. */
            reason?: string | null;
            /** @description The id of the subdistrict (街道) in which it applies; absent if it applies everywhere. */
            street?: string | null;
            /** @description The name of the subdistrict. */
            street_name?: string | null;
            /** @description The title of its kind. */
            title: components["schemas"]["Localized"];
            /**
             * Format: date-time
             * @description When it ends; absent if it applies until further notice.
             */
            until?: string | null;
        };
        /** @description The day orders. */
        OrdersOfDay: {
            /**
             * Format: date-time
             * @description The moment that the answer shows.
             */
            at: string;
            /** @description The orders in force and the announced ones, ordered by their beginning. */
            orders: components["schemas"]["OrderOfDay"][];
            /**
             * Format: int64
             * @description The number of the commit that the answer shows.
             */
            seq: number;
        };
        /** @description A standard of your own. Its `source` is required, because reports show it with the figures. */
        OwnStandard: {
            /**
             * Format: double
             * @description The longest walk that counts, in metres: above 0, at most 20,000. Give either this or `minutes`.
             */
            metres?: number | null;
            /**
             * Format: double
             * @description The longest walk that counts, in minutes: above 0, at most 240. Give either this or `metres`.
             */
            minutes?: number | null;
            /** @description Where the figure comes from, such as a regulation or a plan. */
            source?: string | null;
            /** @description Whether the limit is for the walk there and back, not only for the walk there. */
            there_and_back?: boolean;
            /** @description The name; `Own standard` if absent. */
            title?: string | null;
        };
        /** @description The answer of a person who came to an entrance. */
        PassageBody: {
            /** @description Whether the person was let in. */
            passed: boolean;
        };
        /** @description The result: whether the answer was counted. */
        PassageCounted: {
            /** @description False if this network address already answered for this entrance in the last hour. */
            counted: boolean;
        };
        /** @description How often people were let in at a gate around an hour of the day, according to their own answers. */
        Passed: {
            /** @description The days that are included: `weekday` (the same day of the week), `workdays`, `weekend` or `all`. */
            days: string;
            /**
             * Format: int32
             * @description The first hour of the day that is included, 0 to 23.
             */
            from_hour: number;
            /**
             * Format: int32
             * @description How many people were let in.
             */
            passed: number;
            /** @description The result as a text. */
            text: components["schemas"]["Localized"];
            /**
             * Format: int32
             * @description How many people answered.
             */
            total: number;
            /**
             * Format: int32
             * @description The hour of the day at which the period ends, 1 to 24.
             */
            until_hour: number;
        };
        /** @description A change of the password. */
        PasswordChange: {
            /** @description The new password, at least 10 characters. */
            new: string;
            /** @description The present password. */
            old: string;
        };
        /** @description A grid that the caller has walked. */
        PatrolBody: {
            /** @description When the caller walked it, at most 7 days ago; now if absent. Only its day and hour are stored. */
            at?: components["schemas"]["Moment"];
            /** @description The id of the grid. */
            grid: string;
        };
        /** @description What was stored: the grid, the day and the hour. */
        PatrolNoted: {
            /**
             * Format: date
             * @description The day in local time.
             */
            day: string;
            /** @description The id of the grid. */
            grid: string;
            /**
             * Format: int32
             * @description The hour of the day in local time, 0 to 23.
             */
            hour: number;
        };
        /** @description The grids that were walked on a day. */
        Patrols: {
            /**
             * Format: date
             * @description The day in local time.
             */
            day: string;
            /** @description The walked grids in the caller's communities, ordered by id. */
            grids: components["schemas"]["WalkedGrid"][];
        };
        /** @enum {string} */
        PhotoKind: "report" | "before" | "after" | "other";
        /** @description A reference to an uploaded photo. */
        PhotoRef: string | {
            /** @description The secret that allows its uploader to link it to a case. */
            claim?: string | null;
            /** @description The id of the photo. */
            id: string;
            kind?: components["schemas"]["PhotoKind"] | null;
        };
        /** @description An uploaded photo. */
        PhotoTaken: {
            /**
             * @description The secret that links the photo to a feature, once: send `{id, claim}` in `photos` of a report, a step
             *     or a feature. An account may link its own uploads by id alone.
             * @example oc_5f0c…
             */
            claim: string;
            /**
             * Format: int32
             * @description The height in pixels, as stored.
             */
            height: number;
            /**
             * @description The id, generated for this upload.
             * @example 5891b5b522d5df086d0ff0b110fbd9d2
             */
            id: string;
            /**
             * Format: int32
             * @description The width in pixels, as stored.
             */
            width: number;
        };
        /** @description A sensitive place, near which deadlines are shorter. */
        PlaceFactor: {
            /** @description The categories to which the factor applies; all, if empty. */
            categories: string[];
            /** @description The collection of the places. */
            collection: string;
            /** @description The name in English. */
            en: string;
            /**
             * Format: double
             * @description The urgency factor: deadlines are divided by it, and the numbers of reports are multiplied by it.
             */
            factor: number;
            /** @description Selects features of the collection: properties and their values. */
            where: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description The largest distance from a sensitive place, in metres.
             */
            within_m: number;
            /** @description The name in Chinese. */
            zh: string;
        };
        /** @description The request body: where facilities should stand, or which rules to change. */
        PlanQuestion: components["schemas"]["SitingBody"] | components["schemas"]["AccessBody"];
        /** @description Properties of the collection `pocket_parks` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        PocketParksProperties: {
            /** @description The ground it covers. */
            area_m2?: number;
            /** @description What there is to use in it. */
            features?: string[];
            /** @description The id of the grid that contains it. */
            grid?: string;
            /** @description The name people use on the spot. */
            name?: string;
            /**
             * Format: date
             * @description The day it was opened to the public.
             */
            opened_on?: string;
        };
        /** @description A point with people. */
        PointBody: {
            /** @description The id of the point in the answer; if absent, its index in `points`, from 0. */
            id?: string | null;
            /**
             * Format: double
             * @description Latitude, WGS 84 degrees.
             */
            lat: number;
            /**
             * Format: double
             * @description Longitude, WGS 84 degrees.
             */
            lon: number;
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
        };
        /** @description A GeoJSON polygon. */
        PolygonBody: {
            /** @description The rings: the outline first, then the holes. */
            coordinates: number[][][];
            /** @enum {string} */
            type: "Polygon";
        };
        /** @description The position of the caller in degrees of WGS 84. */
        Position: {
            /**
             * Format: double
             * @description Latitude in degrees.
             */
            lat: number;
            /**
             * Format: double
             * @description Longitude in degrees.
             */
            lon: number;
        };
        /** @description A saved set of wall screen settings. */
        Preset: {
            /** @description The name, as it appears in URLs. */
            name: string;
            /**
             * Format: int64
             * @description The commit that wrote it.
             */
            seq: number;
            /** @description The settings: keys and values as in the query of a page's URL. */
            settings: {
                [key: string]: string;
            };
            /** @description The title for people. */
            title?: string | null;
            /**
             * Format: date-time
             * @description When it was written.
             */
            updated_at: string;
        };
        /** @description All presets. */
        PresetList: {
            /** @description The presets, ordered by name. */
            presets: components["schemas"]["Preset"][];
        };
        /** @description The preset to save. */
        PresetWanted: {
            /**
             * @description The settings: the query parameters of the page's address, each with its value as text.
             * @example {
             *       "tour": "20",
             *       "view": "levels"
             *     }
             */
            settings: {
                [key: string]: string;
            };
            /**
             * @description The title for people.
             * @example 早班大屏
             */
            title?: string | null;
        };
        /** @description How long personal data is kept. */
        PrivacyRule: {
            /**
             * Format: int32
             * @description How many days after the end of a case the contact of its reporter is erased.
             */
            contact_days: number;
        };
        /** @description What went wrong, where, and what to do (RFC 9457). Title, detail and errors are in Chinese or English, as Accept-Language prefers. */
        Problem: {
            detail: string;
            /** @description The faults of a body, each with its field. */
            errors?: {
                [key: string]: unknown;
            }[];
            /** @description The parameter that is wrong. */
            parameter?: string;
            status: number;
            title: string;
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The progress of a job. */
        ProgressShown: {
            /**
             * Format: double
             * @description The bound of the objective: no plan is better than this.
             */
            bound?: number | null;
            /**
             * Format: int64
             * @description The number of items (features, places) processed so far.
             */
            done: number;
            /**
             * Format: double
             * @description `|incumbent − bound| / |incumbent|`.
             */
            gap?: number | null;
            /**
             * Format: double
             * @description The objective of the best plan so far; only while a job searches for one.
             */
            incumbent?: number | null;
            /**
             * Format: double
             * @description The completed share of the stage, from 0 to 1.
             */
            share: number;
            /**
             * @description The current stage.
             * @example reading
             */
            stage: string;
        };
        /** @description The livelihood projects. */
        ProjectBoard: {
            /** @description How many projects of each kind are in which state. */
            kinds: components["schemas"]["ProjectKind"][];
            /** @description How many projects there are, also beyond `projects`. */
            matched: number;
            /** @description The projects: delayed ones first, done ones last, then by due date. */
            projects: components["schemas"]["BoardProject"][];
            /** @description How residents rate all projects together. */
            rating: components["schemas"]["ProjectRating"];
            /**
             * Format: int64
             * @description The commit as of which everything in the answer is true.
             */
            seq: number;
        };
        /** @description The projects of a kind, by state. */
        ProjectKind: {
            /**
             * Format: int32
             * @description How many were not done by their due date.
             */
            delayed: number;
            /**
             * Format: int32
             * @description How many are done.
             */
            done: number;
            /** @description The kind: `livelihood`, `secretary` or `micro`; empty for projects without one. */
            kind: string;
            /**
             * Format: int32
             * @description How many are not begun.
             */
            planned: number;
            /**
             * Format: int32
             * @description How many are begun.
             */
            under_way: number;
        };
        /** @description A feature that a project names. */
        ProjectName: {
            /** @description The id of the feature. */
            id: string;
            /** @description The public name of the feature; its id if it has none. */
            name: string;
        };
        /** @description A saved rating. */
        ProjectRated: {
            /** @description The id of the project. */
            id: string;
            /** @description How residents rate the project, with this rating. */
            rating: components["schemas"]["ProjectRating"];
            /**
             * Format: int32
             * @description The stars of this device.
             */
            stars: number;
        };
        /** @description How residents rate: the number of ratings and their mean. */
        ProjectRating: {
            /**
             * Format: int32
             * @description How many ratings there are; each device counts once per project.
             */
            count: number;
            /**
             * Format: double
             * @description The mean, from 1 to 5, with one decimal; `null` without ratings.
             */
            mean?: number | null;
        };
        /** @description The rating of a project by a device. */
        ProjectRatingBody: {
            /**
             * @description The key of the device: at least 32 random characters that the client generates once and keeps. The same key
             *     changes the rating that it gave before. Only a hash of it is stored.
             */
            key: string;
            /**
             * Format: int32
             * @description The stars, 1 to 5.
             */
            stars: number;
        };
        /**
         * @description How far a project is.
         * @enum {string}
         */
        ProjectState: "delayed" | "under_way" | "planned" | "done";
        /** @description Properties of the collection `projects` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        ProjectsProperties: {
            /**
             * Format: date
             * @description The day on which it was done.
             */
            done_on?: string;
            /**
             * Format: date
             * @description The day by whose end, in China's time zone, it is promised to be done.
             */
            due_on?: string;
            /** @description The id of the street, community or grid in which it lies. */
            grid?: string;
            /**
             * @description Its kind.
             * @enum {string}
             */
            kind: "livelihood" | "secretary" | "micro";
            /** @description The id of the unit that leads it. */
            lead?: string;
            /** @description The planned steps. */
            milestones?: {
                /** Format: date */
                done_on?: string;
                /** Format: date */
                due_on?: string;
                name: string;
            }[];
            /** @description The name, as it is published. */
            name: string;
            /** @description Photos from after the work. They are public, so no faces and no door numbers. */
            photos_after?: string[];
            /** @description Photos from before the work. They are public, so no faces and no door numbers. */
            photos_before?: string[];
            /** @description How much is done, in per cent. */
            progress?: number;
            /**
             * Format: date
             * @description The day on which work begins.
             */
            starts_on?: string;
            /**
             * @description Where it stands. One that is not done by its due date becomes delayed by itself.
             * @enum {string}
             */
            state: "planned" | "under_way" | "done" | "delayed";
            /** @description What is done, and for whom. */
            summary?: string;
        };
        /** @description A row that plain SQL wrote and that is not a valid feature, or a schema that cannot be read. */
        Quarantined: {
            /** @description The collection. */
            collection: string;
            /** @description The feature's id. */
            id: string;
            /** @description What is wrong with the row. */
            problem: string;
            /**
             * Format: int64
             * @description The number of the commit that wrote the row.
             */
            seq: number;
        };
        /** @description How many people have a facility within a standard. */
        ReachRow: {
            /**
             * Format: double
             * @description The number of people who have a facility within the standard.
             */
            covered: number;
            /**
             * Format: double
             * @description The number of people, estimated from households or floor area.
             */
            people: number;
            /**
             * Format: double
             * @description The share of these people, from 0 to 1; null without people.
             */
            share?: number | null;
            /** @description The standard. */
            standard: components["schemas"]["StandardShown"];
        };
        /** @description The stretches of ways that are reached. */
        ReachedWays: {
            /** @description Longitude and latitude, WGS 84 degrees. */
            coordinates: number[][][];
            /** @description `MultiLineString`. */
            type: string;
        };
        /** @description The state of the node. */
        Ready: {
            /**
             * Format: date-time
             * @description When the newest commit on this node was written.
             */
            at: string;
            /** @description Problems in the configuration files. While a file has problems, its previous version stays in force. */
            config: components["schemas"]["ConfigProblem"][];
            /**
             * @description Rows that were written with plain SQL and are not valid features, and schemas (`$schemas`) that cannot
             *     be read.
             */
            quarantined: components["schemas"]["Quarantined"][];
            /**
             * Format: int64
             * @description The number of the newest commit on this node.
             */
            seq: number;
            /**
             * @description `ready`; `stale` while the database is unreachable and reads are answered from memory; `read_only` while
             *     nothing can be written.
             * @example ready
             */
            status: string;
            /** @description The state of the database. */
            store: components["schemas"]["ReadyStore"];
            /** @description The background tasks by name. A task that ended or panicked is restarted after a pause. */
            tasks: {
                [key: string]: components["schemas"]["TaskReport"];
            };
            /** @description Whether writing works. */
            writable: components["schemas"]["Writable"];
        };
        /** @description The state of the database. */
        ReadyStore: {
            /**
             * Format: date-time
             * @description When the database last answered.
             */
            heard_at: string;
            /** @description `sqlite` or `postgis`. */
            kind: string;
            /** @description Whether the database answers. The error itself is not shown, because it may contain host names. */
            reachable: boolean;
        };
        /** @description The numbers of cases by reason. A case may have several. */
        ReasonCounts: {
            /**
             * Format: int32
             * @description Cases that fall due before the end of the next shift.
             */
            due: number;
            /**
             * Format: int32
             * @description Overdue cases.
             */
            overdue: number;
            /**
             * Format: int32
             * @description Red cases.
             */
            red: number;
            /**
             * Format: int32
             * @description Supervised cases.
             */
            supervised: number;
        };
        /** @description How a level rises with the number of reports. */
        RepeatRule: {
            /**
             * Format: double
             * @description The largest distance between reports that count together, in metres.
             */
            distance_m: number;
            /** @description The levels and the numbers of reports. */
            steps: components["schemas"]["RepeatStep"][];
            /**
             * Format: int32
             * @description The period in which reports count together, in days.
             */
            window_days: number;
        };
        /** @description A level that is reached with a number of reports. */
        RepeatStep: {
            /** @description The level from this number of reports on. */
            level: components["schemas"]["Level"];
            /**
             * Format: int32
             * @description The number of reports.
             */
            nth: number;
        };
        /**
         * @description A report. Its place is given as a `geometry`, a `building` or an `entrance`.
         *
         *     A hotline number, a drill, and a source other than `resident`, `rider` and (for the role unit) `unit` require the
         *     role grid_worker. The text `place` of other callers is ignored, because everybody can read the place of a case.
         */
        ReportBody: {
            /** @description The id of the building. */
            building?: string;
            /** @description The number of the unit (单元) of the building, such as `2`. It becomes part of the public text of the place. */
            building_unit?: string;
            /** @description The category: one of those in the rules. */
            category: string;
            /**
             * @description The telephone number of the reporter: a mobile number, or a landline with its area code and perhaps an extension.
             *     Only officers can read it, and it is erased some time after the case has ended.
             */
            contact?: string;
            /**
             * @description The id of the gate or door that the report is about. In the category `wrong_access`, reports of two riders with
             *     accounts within two hours, or one report of a grid worker, close the entrance for routes: for 12 hours, or until
             *     an officer ends the cases.
             */
            entrance?: string;
            /** @description Whether the report is a drill. Drills are never counted. */
            exercise?: boolean;
            geometry?: components["schemas"]["Geometry"];
            /** @description The number of the case at the 12345 hotline. */
            hotline_number?: string;
            /** @description An idempotency key that the client generates, so that sending the report twice makes one case. */
            key?: string;
            /** @description The text of the reporter. */
            note?: string;
            /** @description The photos, each as `{id, claim}` from the answer to its upload. */
            photos?: components["schemas"]["PhotoRef"][];
            /** @description The place in words. */
            place?: string;
            /** @description The number of the room, such as `501`. Only staff and the reporter can read it. */
            room?: string;
            /** @description The channel through which the report came; derived from the account if absent. */
            source?: components["schemas"]["Source"];
        };
        /** @description The place of a report as the map describes it. */
        ReportPlace: {
            /** @description The position: longitude and latitude in degrees, WGS 84. */
            at: number[];
            building?: components["schemas"]["Named"] | null;
            /** @description The number of the unit of the building. */
            building_unit?: string | null;
            community?: components["schemas"]["Named"] | null;
            compound?: components["schemas"]["Named"] | null;
            grid?: components["schemas"]["Named"] | null;
            near?: components["schemas"]["NearBuilding"] | null;
            note?: components["schemas"]["Localized"] | null;
            /** @description Whether the place is far outside of all grids. Reports of the public from there are reviewed first. */
            outside: boolean;
            /** @description The text of the place that a case would have; absent if nothing on the map has a name there. */
            place?: string | null;
        };
        /** @description How many reports an address without an account may send. */
        ReportRule: {
            /**
             * Format: int32
             * @description How many reports may be sent at once.
             */
            at_once: number;
            /**
             * Format: int64
             * @description After how many seconds one more report may be sent.
             */
            every_s: number;
        };
        /** @enum {string} */
        RequestableAction: "file" | "reject" | "merge" | "dispatch" | "return" | "start" | "handle" | "verify" | "close" | "extend" | "park" | "resume" | "reopen" | "rate" | "urge" | "supervise" | "block" | "claim" | "publish" | "note";
        /** @description Properties of the collection `roads` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        RoadsProperties: {
            /** @description This stretch is on a bridge. */
            bridge?: boolean;
            /** @description A value of OpenStreetMap's highway key. */
            kind?: string;
            /** @description Motor lanes, both ways together. */
            lanes?: number;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description Motor traffic follows the line's direction only. */
            oneway?: boolean;
            /** @description A value of OpenStreetMap's surface key. */
            surface?: string;
            /** @description This stretch is in a tunnel. */
            tunnel?: boolean;
            /** @description Width of the roadway. */
            width_m?: number;
        };
        /** @description What varies between the samples of the robustness test. */
        RobustnessBody: {
            /**
             * Format: double
             * @description The standard deviation of the logarithm of the number of people, 0 to 1; 0.2 (about 20 %) if absent.
             */
            demand_sd?: number | null;
            /**
             * Format: double
             * @description The share of missing links between demand points and candidates, 0 to 1; 0.02 if absent. The link to the nearest
             *     candidate is never missing.
             */
            missing_links?: number | null;
            /**
             * Format: int32
             * @description How many samples to solve; 100 if absent.
             */
            samples?: number | null;
            /**
             * Format: double
             * @description The standard deviation of the logarithm of the walking speed, 0 to 1; 0.1 if absent. The speed is
             *     the same for all people of a sample.
             */
            speed_sd?: number | null;
        };
        /**
         * @description A role. Of the roles public, rider, grid worker, officer and admin, each includes the rights of
         *     the ones before it. The role unit has the level of rider; planner and steward have the level of
         *     officer.
         * @enum {string}
         */
        Role: "public" | "rider" | "unit" | "grid_worker" | "officer" | "planner" | "steward" | "admin";
        /** @description A route as a FeatureCollection: one line for each leg, in order. */
        RouteAnswer: {
            /** @description Alternative routes through other gates of the compound, the fastest first. */
            alternatives: components["schemas"]["Alternative"][];
            /** @description The legs. */
            features: components["schemas"]["LegFeature"][];
            /** @description The summary of the route. */
            summary: components["schemas"]["RouteSummary"];
            /** @description `FeatureCollection`. */
            type: string;
        };
        /** @description A request for a route. */
        RouteBody: {
            /** @description The maximum number of alternative routes through other gates of the compound. */
            alternatives?: number;
            /** @description The ids of entrances that the route must not pass, such as a gate that has just turned the rider away. */
            avoid?: string[];
            /**
             * Format: date-time
             * @description The departure time, RFC 3339; now, if absent.
             */
            depart_at?: string | null;
            /** @description The origin. */
            from: components["schemas"]["RoutePlace"];
            /**
             * @description The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
             * @example ebike
             */
            profile?: string;
            /**
             * @description Whether the way back to the origin is included. The route then includes five minutes at the door, and the
             *     parking place with which the whole way is the shortest in time.
             */
            return?: boolean;
            /** @description The destination. */
            to: components["schemas"]["RoutePlace"];
        };
        /** @description A gate or a door. */
        RouteEntrance: {
            /** @description The id of the gate or door. */
            id: string;
            /** @description The name of the gate or door. */
            name?: string | null;
            /** @description Longitude and latitude, WGS 84 degrees. */
            position: number[];
        };
        /** @description Where a route begins or ends: exactly one of a position, a building, an entrance or a facility. */
        RoutePlace: {
            /**
             * @description The id of a building.
             * @example wenquan-huayuan-3
             */
            building?: string | null;
            /** @description The id of an entrance. */
            entrance?: string | null;
            /** @description The id of a facility. */
            facility?: string | null;
            /**
             * Format: double
             * @description Latitude, WGS 84 degrees.
             */
            lat?: number | null;
            /**
             * Format: double
             * @description Longitude, WGS 84 degrees.
             */
            lon?: number | null;
            /**
             * @description A room of the building.
             * @example 501
             */
            room?: string | null;
            /**
             * @description A unit of the building.
             * @example 2
             */
            unit?: string | null;
        };
        /** @description An instruction, such as a turn or a gate. */
        RouteStep: {
            /**
             * Format: double
             * @description The distance to travel after the instruction, in metres.
             */
            distance_m: number;
            /** @description The position at which the instruction applies: longitude and latitude, WGS 84 degrees. */
            position: number[];
            /** @description The text of the instruction. */
            text: components["schemas"]["Localized"];
        };
        /** @description The summary of a route. */
        RouteSummary: {
            /**
             * Format: date-time
             * @description The arrival time.
             */
            arrive_at: string;
            /** @description The number of walls that the route crosses where no gate is mapped; the steps say where. */
            assumed: number;
            /**
             * Format: double
             * @description The length, in metres.
             */
            distance_m: number;
            door?: components["schemas"]["RouteEntrance"] | null;
            /**
             * Format: double
             * @description The duration, in seconds.
             */
            duration_s: number;
            /**
             * Format: double
             * @description The length of the last stretch to the door where no way is mapped, in metres.
             */
            gap_m: number;
            gate?: components["schemas"]["RouteEntrance"] | null;
            /**
             * Format: int64
             * @description The number of the commit from which the network was built.
             */
            network_seq: number;
            /** @description The other gates of the compound, each with the reason why the route does not use it, the best first. */
            other_gates: components["schemas"]["LostGate"][];
            /**
             * Format: int64
             * @description The number of the commit at which access rights and opening hours were read.
             */
            seq: number;
            /**
             * Format: int32
             * @description The number of gates and ways on the route whose opening hours are unknown.
             */
            unknown_hours: number;
        };
        /** @description Properties of the collection `routes` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        RoutesProperties: {
            /**
             * @description Who may use it. A private way is used only at the beginning or the end of a journey, never to pass through.
             * @enum {string}
             */
            access?: "yes" | "permissive" | "destination" | "delivery" | "customers" | "private" | "no";
            /** @description Inside a building or under the ground. */
            covered?: boolean;
            /**
             * @description Whether an e-bike may be ridden along it.
             * @enum {string}
             */
            ebike?: "yes" | "no" | "dismount";
            /** @description When an e-bike may pass, where that differs from the opening hours; in the opening_hours syntax. */
            ebike_hours?: string;
            /**
             * @description Whether people may walk along it.
             * @enum {string}
             */
            foot?: "yes" | "no";
            /** @description Along the direction of the line; positive is uphill. */
            incline?: number;
            /**
             * @description What kind of way it is; for a point, whether it is a lift or which obstacle.
             * @enum {string}
             */
            kind?: "road" | "lane" | "cycleway" | "path" | "steps" | "garage" | "crossing" | "square" | "lift" | "bollard" | "cycle_barrier" | "stile" | "chain";
            /** @description 0 is the ground, below 0 is under it. */
            layer?: number;
            /** @description Whether it is a lift, which joins the lines that meet it whatever their layer. */
            lift?: boolean;
            /** @description Whether it is kept locked, so that nobody passes. */
            locked?: boolean;
            /** @description The fastest a bike may go. */
            max_kmh?: number;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description Ridden only along the line's direction; walking and pushing go both ways. */
            oneway?: boolean;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
            /**
             * @description Who can use a ramp beside the steps. A wheelchair ramp serves prams and bikes too.
             * @enum {string}
             */
            ramp?: "no" | "yes" | "bicycle" | "stroller" | "wheelchair";
            /**
             * @description Whether the line rises or falls along its direction, where the incline is not known.
             * @enum {string}
             */
            slope?: "up" | "down";
            /** @description Whether it is a flight of steps, or how many steps it has. */
            steps?: boolean | number;
            /** @description A value of OpenStreetMap's surface key. */
            surface?: string;
            /** @description Who may pass while an order of the day is in force: its kind, and what holds for e-bikes and on foot then. */
            when?: {
                /** @enum {string} */
                ebike?: "yes" | "no" | "dismount";
                /** @enum {string} */
                foot?: "yes" | "no";
                /** @enum {string} */
                kind: "storm" | "snow" | "peak" | "emergency";
            }[];
            /** @description The width that can be used; at an obstacle, the clear width. */
            width_m?: number;
        };
        /** @description The rules in force. Times are in hours; `respond`, `handle` and `overdue` are working hours. */
        RulesInForce: {
            /** @description The `calendar.toml` in force; null if there is none. */
            calendar?: string | null;
            /** @description The rule of each category. */
            categories: components["schemas"]["CategoryRule"][];
            /** @description Which cases count as possible duplicates. */
            duplicates: components["schemas"]["DuplicateRule"];
            /** @description The telephone of the duty room for residents; null if none is set. */
            duty_phone?: string | null;
            /**
             * Format: date-time
             * @description Since when these rules are in force.
             */
            in_force_since: string;
            /** @description When units are notified. */
            notices: components["schemas"]["NoticeRule"];
            /** @description Sensitive places, near which deadlines are shorter. */
            places: components["schemas"]["PlaceFactor"][];
            /** @description How long personal data is kept. */
            privacy: components["schemas"]["PrivacyRule"];
            problem?: components["schemas"]["ConfigProblem"] | null;
            /** @description All errors of the configuration file that was refused. */
            problems: components["schemas"]["ConfigProblem"][];
            /** @description How many reports an address without an account may send. */
            reports: components["schemas"]["ReportRule"];
            /** @description The `rules.toml` in force; null if there is none. */
            rules?: string | null;
            /**
             * Format: int32
             * @description The current year, if its holidays are not known.
             */
            unknown_year?: number | null;
            /** @description The distance within which a verification needs no reason. */
            verify: components["schemas"]["VerifyRule"];
            /** @description The years whose holidays are known. */
            years: number[];
        };
        /** @description How much changes save. */
        Saved: {
            /**
             * Format: double
             * @description How many more people have an AED within the standard.
             */
            aed_people: number;
            /**
             * Format: double
             * @description How many more households have an AED within the standard.
             */
            households: number;
            /**
             * Format: double
             * @description Minutes a day that riders save.
             */
            rider_minutes_day: number;
            /**
             * Format: double
             * @description Minutes a day that residents save on foot.
             */
            walking_minutes_day: number;
        };
        /** @description A saved scenario. */
        Scenario: {
            /** @description The name of the account that created it. */
            author: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /** @description The edits. */
            edits: components["schemas"]["ScenarioEdit"][];
            /** @description The id. */
            id: string;
            moved_on?: components["schemas"]["MovedOn"] | null;
            /** @description The name for people. */
            name: string;
            /** @description Any JSON that a page saved with the scenario, such as the question that it asks. */
            question?: Record<string, never> | null;
            /**
             * Format: date-time
             * @description When it was saved last.
             */
            saved_at: string;
            /** @description The name of the account that saved it last. */
            saved_by: string;
            /**
             * Format: int64
             * @description The commit of the map on which it was saved last.
             */
            seq: number;
            /**
             * Format: int64
             * @description How often it was saved: 1 for a new scenario.
             */
            version: number;
        };
        /** @description One change of a scenario. */
        ScenarioEdit: {
            /**
             * @description The collection.
             * @example entrances
             */
            collection: string;
            /** @description The feature to put: a GeoJSON Feature. */
            feature?: Record<string, never> | null;
            /** @description The new geometry of a patched feature. */
            geometry?: Record<string, never> | null;
            /** @description The id of the feature. */
            id: string;
            /** @description What the edit does. */
            op: components["schemas"]["EditOp"];
            /**
             * @description The properties to change: a merge patch (RFC 7396), in which `null` removes a property. `oneway: "-1"` makes a
             *     route one-way against the direction in which it is drawn.
             */
            properties?: Record<string, never> | null;
        };
        /** @description All scenarios. */
        ScenarioList: {
            /** @description The scenarios, the last saved one first. */
            scenarios: components["schemas"]["Scenario"][];
        };
        /** @description The content of a scenario to save. */
        ScenarioWanted: {
            /** @description The edits, at most 2,000. */
            edits: components["schemas"]["ScenarioEdit"][];
            /**
             * @description The name for people, 1 to 80 characters.
             * @example 北门开放
             */
            name: string;
            /** @description Any JSON of at most 64 KiB to save with the scenario, such as the question that a page asks. */
            question?: Record<string, never> | null;
        };
        /** @description The cases to export. */
        Selection: {
            /** @description The ids, in the order of the rows. Ids that do not exist are skipped. */
            ids: string[];
        };
        /** @description The account that is signed in. */
        Session: {
            /** @description The name of the account; absent for the public. */
            account?: string | null;
            /** @description The id of the account; absent for the public. */
            account_id?: string | null;
            /** @description The ids of the communities in which the account may act; empty if it may act everywhere. */
            communities: string[];
            /** @description Whether the account may only read. */
            read_only: boolean;
            /**
             * @description The highest role: `public`, `rider`, `grid_worker`, `officer`, `planner`, `steward` or `admin`.
             * @example officer
             */
            role: string;
            /** @description All roles of the account. */
            roles: string[];
            /** @description The id of the member unit that the account works for. */
            unit?: string | null;
        };
        /** @description The share of the people of one community that a plan must cover at least. */
        ShareOf: {
            /** @description The id of the community. */
            community: string;
            /**
             * Format: double
             * @description The share, from 0 to 1.
             */
            share: number;
        };
        /** @description An error in a sheet. */
        SheetProblem: {
            /** @description The header of the column, if the error concerns one column. */
            column?: string | null;
            /** @description What is wrong and what was expected, in English. */
            problem: string;
            /** @description What is wrong and what was expected, in Chinese. */
            problem_zh: string;
            /**
             * Format: int32
             * @description The row as the sheet counts it, from 1.
             */
            row: number;
            /** @description The name of the sheet in its workbook. */
            sheet?: string | null;
            /** @description The text in the cell of the column. */
            value?: string | null;
        };
        /** @description A sheet that was read. */
        SheetRead: {
            /**
             * Format: int32
             * @description The row with the headers, from 1.
             */
            header_row: number;
            /** @description The number of rows below the headers. */
            rows: number;
            /** @description The name of the sheet, in a workbook. */
            sheet?: string | null;
        };
        /** @description A shift. */
        Shift: {
            /**
             * Format: date-time
             * @description When it begins.
             */
            from: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            until: string;
        };
        /**
         * @description On which side of a threshold a value is bad.
         * @enum {string}
         */
        Side: "above" | "below";
        /** @description The credential: a token, or a name and a password. */
        SignIn: {
            /** @description The name of the account. */
            name?: string | null;
            /** @description The password of the account. */
            password?: string | null;
            /** @description The secret of a token. */
            token?: string | null;
        };
        /** @description A silence: it holds back the notices of matching cases until it ends. */
        Silence: {
            /** @description The account that began the silence. */
            account?: string | null;
            /** @description Whether the silence has not ended yet. */
            active: boolean;
            /**
             * Format: date-time
             * @description When the silence began.
             */
            at: string;
            /** @description The id of the silence. */
            id: components["schemas"]["FeatureId"];
            /** @description The cases that the silence matches; all given values must match. */
            match: components["schemas"]["SilenceMatch"];
            /** @description The reason. */
            reason?: string | null;
            /**
             * Format: date-time
             * @description When the silence ends.
             */
            until: string;
        };
        /** @description The silence to begin. */
        SilenceBody: {
            /** @description The cases to match; all given values must match. */
            match?: components["schemas"]["SilenceMatchBody"];
            /** @description The reason. */
            reason?: string;
            /** @description When the silence ends: RFC 3339, or a date, which means the end of that day in China. */
            until: string;
        };
        /** @description All silences. */
        SilenceList: {
            /** @description The silences, including ended ones. */
            silences: components["schemas"]["Silence"][];
        };
        /** @description The cases that a silence matches; all given values must match. */
        SilenceMatch: {
            /** @description Only cases of this category. */
            category?: string | null;
            /** @description Only cases in this community. */
            community?: string | null;
            /** @description Only cases in this grid. */
            grid?: string | null;
            /** @description Only this case. */
            warning?: string | null;
        };
        /** @description The cases to match; all given values must match. */
        SilenceMatchBody: {
            /** @description A category. */
            category?: string;
            /** @description The id of a community. */
            community?: string;
            /** @description The id of a grid. */
            grid?: string;
            /** @description The id of a case. */
            warning?: string;
        };
        /** @description A single change and what it saves. */
        SingleChange: {
            /** @description The edits that make the change. */
            edits: components["schemas"]["ScenarioEdit"][];
            /** @description The id of the change. */
            id: string;
            /** @description What the change saves. */
            saved: components["schemas"]["Saved"];
            /** @description The title and what the change saves, as a sentence. */
            sentence: components["schemas"]["Localized"];
            /** @description The title of the change. */
            title: components["schemas"]["Localized"];
        };
        /** @description A request for a siting: where facilities should stand. */
        SitingBody: {
            /**
             * Format: date-time
             * @description The moment for which opening hours are read, RFC 3339; now if absent. It is the same for the whole walk.
             */
            at?: string | null;
            /** @description Whether people count as covered only if two sites are within the standard. */
            backup?: boolean;
            /**
             * Format: double
             * @description The largest total cost of the chosen sites, in the unit of the costs of the candidates.
             */
            budget?: number | null;
            candidates?: components["schemas"]["CandidatesBody"] | null;
            /**
             * Format: double
             * @description How many people a site can serve if the candidate has no capacity.
             */
            capacity?: number | null;
            community_share?: components["schemas"]["CommunityShareBody"] | null;
            demand?: components["schemas"]["DemandBody"] | null;
            /** @description Edits to the map, in place of `scenario`: the problem is solved on the map with these edits. */
            edits?: components["schemas"]["ScenarioEdit"][];
            /** @description How existing facilities are treated; `keep` if absent. */
            existing?: components["schemas"]["SitingExisting"];
            facility?: components["schemas"]["FacilityBody"] | null;
            /** @description The ids of candidates that must not be chosen. */
            forbidden?: string[];
            /**
             * Format: double
             * @description Makes coverage gradual: a person counts fully up to the standard, and linearly less beyond it, down to 0 at a
             *     walk of this length, in metres or minutes like the standard.
             */
            gradual_until?: number | null;
            /** @description How many sites to choose (at most, for `p-center`). Existing facilities that stay are not counted. */
            k?: number | null;
            /**
             * Format: double
             * @description The smallest straight-line distance between two sites, in metres. It does not apply to two existing facilities.
             */
            min_distance_m?: number | null;
            /** @description For `relocation`: how many of the existing facilities may move at most. */
            moves?: number | null;
            /** @description Whether the rules of placement (`placement.toml`) apply; `true` if absent. */
            placement?: boolean | null;
            /** @description The most plans in the result, the best plan included; 3 if absent. */
            plans?: number | null;
            /** @description The siting problem to solve. */
            problem: components["schemas"]["SitingProblem"];
            /**
             * @description The travel profile: one that walks, such as `foot` or `wheelchair`; `foot` if absent.
             * @example foot
             */
            profile?: string | null;
            /** @description The ids of candidates that must be chosen. */
            required?: string[];
            robustness?: components["schemas"]["RobustnessBody"] | null;
            /** @description The id of a saved scenario: the problem is solved on the map with the edits of this scenario. */
            scenario?: string | null;
            /**
             * Format: double
             * @description For `lscp`: the share of people to cover, above 0 and at most 1; 1 if absent.
             */
            share?: number | null;
            standard?: components["schemas"]["StandardBody"] | null;
            /**
             * Format: int32
             * @description The longest search for the best plan, in seconds; 60 if absent. Further plans, the curve of coverage
             *     over the number of sites, and the robustness test take at most half as long each.
             */
            time_limit_s?: number | null;
            /** @description A title, which the result repeats. */
            title?: string | null;
        };
        /** @description The candidates of a siting. */
        SitingCandidates: {
            /** @description How many candidates may be chosen, not counting existing facilities. */
            count: number;
            /** @description Candidates that may not be chosen, at most 200. */
            refused: components["schemas"]["SitingRefusedCandidate"][];
            /** @description How many further candidates may not be chosen. */
            refused_left_off: number;
        };
        /** @description A constraint because of which no plan exists. */
        SitingConflict: {
            /**
             * @description The constraint.
             * @example budget
             */
            constraint: string;
            /** @description Its name for people. */
            name: components["schemas"]["Localized"];
        };
        /** @description A point of the curve of coverage. */
        SitingCurvePoint: {
            /**
             * Format: double
             * @description How many people the objective counts as covered.
             */
            covered: number;
            /** @description Whether it is proven that no plan covers more; otherwise the plan is the best that was found. */
            is_proven: boolean;
            /** @description The number of sites, not counting existing facilities that stay. */
            k: number;
            /**
             * Format: double
             * @description The share of all people, from 0 to 1.
             */
            share: number;
        };
        /**
         * @description How existing facilities are treated.
         * @enum {string}
         */
        SitingExisting: "keep" | "replace" | "ignore";
        /** @description What a plan achieves. Coverage is counted as in `POST /api/plan/coverage`. */
        SitingFigures: {
            /**
             * Format: double
             * @description The share of people with at least two sites within the standard, from 0 to 1; `null` without a standard.
             */
            backup_share?: number | null;
            /**
             * Format: double
             * @description The total cost of the sites; without costs in the request, the number of new sites.
             */
            cost: number;
            /**
             * Format: double
             * @description How many people the objective counts, where that is not `covered`: with capacities, backup or gradual coverage.
             */
            counted?: number | null;
            /**
             * Format: double
             * @description The number of people within the standard; `null` without a standard.
             */
            covered?: number | null;
            /**
             * Format: double
             * @description The number of people.
             */
            demand: number;
            /**
             * Format: double
             * @description The share of people within the standard, from 0 to 1; `null` without a standard.
             */
            share?: number | null;
            /**
             * Format: double
             * @description How many people cannot reach any site.
             */
            unreached: number;
            /**
             * Format: double
             * @description The mean walk to the nearest site in metres, there and back if the standard counts both; `null` if the standard
             *     is a time.
             */
            walking_mean_m?: number | null;
            /**
             * Format: double
             * @description The mean walk to the nearest site in seconds, with stairs and lifts, there and back if the standard counts both;
             *     `null` unless the standard is a time.
             */
            walking_mean_s?: number | null;
            /**
             * Format: double
             * @description The longest walk to the nearest site, in metres, or in seconds if the standard is a time.
             */
            worst?: number | null;
        };
        /** @description What is maximised or minimised. */
        SitingObjective: components["schemas"]["Localized"] & {
            /** @description Whether more is better. */
            maximised: boolean;
            /** @description `covered`, `sites`, `cost`, `walking` or `worst`. */
            name: string;
            /** @description `people`, `sites`, `cost`, `person_m`, `person_s`, `m` or `s`. */
            unit: string;
        };
        /** @description One of the best plans. */
        SitingPlan: {
            /** @description What the plan achieves. */
            figures: components["schemas"]["SitingFigures"];
            /**
             * Format: double
             * @description The objective of the plan.
             */
            incumbent: number;
            /** @description Whether it is proven that no other plan is better, except those before it in the list. */
            is_proven: boolean;
            /** @description The sites. */
            sites: components["schemas"]["SitingSite"][];
        };
        /**
         * @description The siting problem.
         * @enum {string}
         */
        SitingProblem: "mclp" | "lscp" | "p-median" | "p-center" | "relocation";
        /** @description A candidate that may not be chosen. */
        SitingRefusedCandidate: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name: string;
            /** @description Longitude and latitude, WGS 84 degrees. */
            position: number[];
            /** @description Why it may not be chosen. */
            why: components["schemas"]["Localized"];
        };
        /** @description The result of a siting: where facilities should stand, what that achieves, and whether a better plan may exist. */
        SitingResult: {
            /** @description The same figures for the existing facilities alone. */
            before: components["schemas"]["SitingFigures"];
            /**
             * Format: double
             * @description The bound of the objective: no plan is better than this. `null` if no bound is known.
             */
            bound?: number | null;
            /** @description How many candidates may be chosen, and which were refused. */
            candidates: components["schemas"]["SitingCandidates"];
            /**
             * @description If no plan exists: each constraint whose removal alone makes a plan possible. If there is no such constraint,
             *     all constraints in use.
             */
            conflicts: components["schemas"]["SitingConflict"][];
            /**
             * @description For each number of sites (0, 1, 2 …), how many people the best plan with so many sites covers; empty unless the
             *     problem is `mclp` with `k`.
             */
            curve: components["schemas"]["SitingCurvePoint"][];
            figures?: components["schemas"]["SitingFigures"] | null;
            /**
             * Format: double
             * @description `|incumbent − bound| / |incumbent|`; 0 proves that no plan is better.
             */
            gap?: number | null;
            /**
             * Format: double
             * @description The objective of the best plan, computed again from its sites; `null` if no plan was found.
             */
            incumbent?: number | null;
            /** @description Whether it is proven that no equally good plan needs less walking. */
            least_walking: boolean;
            /**
             * Format: int64
             * @description The number of the commit from which the walking network was built.
             */
            network_seq: number;
            /** @description Notes for a report: the data and assumptions behind the figures. */
            notes: components["schemas"]["Localized"][];
            /** @description The name and unit of `incumbent` and `bound`. */
            objective: components["schemas"]["SitingObjective"];
            /** @description The best plans, the best first. */
            plans: components["schemas"]["SitingPlan"][];
            /** @description The siting problem of the request. */
            problem: components["schemas"]["SitingProblem"];
            /** @description The request. */
            question: Record<string, never>;
            robustness?: components["schemas"]["SitingRobustness"] | null;
            /**
             * Format: double
             * @description How long the solver searched for the best plan, in seconds.
             */
            seconds: number;
            /**
             * Format: int64
             * @description The number of the commit whose map was read. The edits of the request are not part of this commit.
             */
            seq: number;
            /** @description The sites of the best plan, including existing facilities that stay. */
            sites: components["schemas"]["SitingSite"][];
            standard?: components["schemas"]["StandardShown"] | null;
            /**
             * @description Why the solver stopped: `optimal`, `time_limit`, `cancelled`, `infeasible`, `solver_failed`.
             * @example optimal
             */
            stop_reason: string;
            /** @description The title of the request. */
            title?: string | null;
            /** @description The people whom no plan can serve. */
            unserved: components["schemas"]["SitingUnserved"];
        };
        /** @description How often sites are chosen in samples of the problem. */
        SitingRobustness: {
            /**
             * Format: int32
             * @description For how many further samples it is proven that no plan satisfies the constraints.
             */
            infeasible: number;
            /**
             * Format: int32
             * @description In how many of these the plan is proven to be the best.
             */
            proven: number;
            /**
             * Format: int32
             * @description How many samples have a plan. A sample whose search ended without a plan, because the time was up or the solver
             *     failed, is counted neither here nor in `infeasible`.
             */
            samples: number;
            /** @description The sites that were chosen in some sample, most often chosen first. */
            sites: components["schemas"]["SitingSiteTimes"][];
        };
        /** @description A site of a plan. */
        SitingSite: {
            /**
             * Format: double
             * @description Its cost; `null` if the request has no costs.
             */
            cost?: number | null;
            /** @description Whether it is a facility that exists. */
            existing: boolean;
            /** @description For relocation: the id of the facility that moves here. */
            from?: string | null;
            /** @description The id of the feature, the point, or the generated candidate. */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: double
             * @description How many people have it as their nearest site; with a standard, only people for whom it is within the standard.
             */
            people: number;
            /** @description Longitude and latitude, WGS 84 degrees. */
            position: number[];
        };
        /** @description How often a site is chosen. */
        SitingSiteTimes: {
            /**
             * Format: int32
             * @description In how many samples it was chosen.
             */
            chosen: number;
            /** @description The id of the site. */
            id: string;
        };
        /** @description The people whom no plan can serve. */
        SitingUnserved: {
            /**
             * Format: double
             * @description The share of people who are covered if all candidates are chosen (with gradual coverage: at least in part), from
             *     0 to 1, rounded down; `null` for `p-median` and `p-center`.
             */
            attainable_share?: number | null;
            /**
             * Format: double
             * @description How many people are not part of the problem, because they cannot reach any site at any distance: for `p-median`,
             *     `p-center`, and `lscp` with `share` 1. They include the people of `no_way`.
             */
            left_out: number;
            /**
             * Format: double
             * @description How many people have no walkable way near their door.
             */
            no_way: number;
        };
        /** @description A sheet that was not read. */
        SkippedSheet: {
            /** @description The number of non-empty rows of the sheet. */
            rows: number;
            /** @description The name of the sheet. */
            sheet: string;
            /** @description Why the sheet was not read, in English. */
            why: string;
            /** @description Why the sheet was not read, in Chinese. */
            why_zh: string;
        };
        /** @enum {string} */
        Source: "resident" | "hotline" | "rider" | "grid_worker" | "camera" | "sensor" | "unit" | "rule";
        /** @description A span of a day, in local time. */
        Span: {
            /**
             * @description The beginning.
             * @example 06:00
             */
            from: string;
            /**
             * @description The end; `24:00` is the end of the day.
             * @example 22:00
             */
            until: string;
        };
        /** @description A spatial extent. */
        SpatialExtent: {
            /** @description One box: west, south, east, north, in degrees. */
            bbox: number[][];
            /** @description The coordinate system of the box. */
            crs: string;
        };
        /** @description The stairwells of the subject. */
        Stairwells: {
            /**
             * Format: int32
             * @description How many there are.
             */
            count: number;
            /**
             * Format: int32
             * @description How many have a head.
             */
            headed: number;
        };
        /** @description The forms of a standard, for the OpenAPI document. */
        StandardBody: string | components["schemas"]["OwnStandard"];
        /** @description The features that count as the facility of a standard. */
        StandardFacility: {
            /** @description Whether only stations with a defibrillator count. */
            aed: boolean;
            /** @description The smallest and the largest area in m², if the area is limited. */
            area_m2?: number[] | null;
            /** @description The collection. */
            collection: string;
            /** @description The value of the property `kind`, if only that kind counts. */
            kind?: string | null;
        };
        /** @description The standards. */
        StandardList: {
            /** @description The standards, in the order of `standards.toml`. */
            standards: components["schemas"]["StandardShown"][];
        };
        /** @description A standard in a response: how near a facility must be, and the source of the figure. */
        StandardShown: {
            facility?: components["schemas"]["StandardFacility"] | null;
            /** @description The id in `standards.toml`; `null` for a standard that the request contains. */
            id?: string | null;
            /**
             * Format: double
             * @description The longest walk that satisfies the standard, in metres; `null` if the standard is a time.
             */
            metres?: number | null;
            /**
             * Format: double
             * @description The longest walk that satisfies the standard, in minutes; `null` if the standard is a length.
             */
            minutes?: number | null;
            /** @description The source of the figure. */
            source: components["schemas"]["Localized"];
            /** @description Whether the way back counts too. */
            there_and_back: boolean;
            /** @description The name of the standard. */
            title: components["schemas"]["Localized"];
            /** @description Whether the figure was checked against its source. */
            verified: boolean;
        };
        /** @enum {string} */
        Status: "reported" | "filed" | "rejected" | "merged" | "dispatched" | "returned" | "handling" | "handled" | "verified" | "closed" | "parked";
        /** @description A step of a case. Fields that do not apply to its action are absent. */
        Step: {
            /** @description The name of the account; absent for the public and for the system. */
            account?: string | null;
            /** @description The action. */
            action: components["schemas"]["Action"];
            /**
             * Format: date-time
             * @description When the step took effect.
             */
            at: string;
            blocks?: components["schemas"]["Blocks"] | null;
            /**
             * Format: double
             * @description The distance of the verifier from the case, in metres.
             */
            distance_m?: number | null;
            /**
             * Format: date-time
             * @description The new due date.
             */
            due_at?: string | null;
            from?: components["schemas"]["Status"] | null;
            into?: components["schemas"]["FeatureId"] | null;
            level?: components["schemas"]["Level"] | null;
            /**
             * Format: int32
             * @description The number of the step in the case, from 1.
             */
            n: number;
            /** @description The note that the person wrote. */
            note?: string | null;
            notice?: components["schemas"]["Notice"] | null;
            /** @description The photos that the person added. */
            photos?: components["schemas"]["StepPhoto"][];
            /** @description The text about a micro-wish for the public board, as an officer wrote it. */
            public_text?: string | null;
            /**
             * Format: int32
             * @description The reporter's rating, 1 to 5.
             */
            rating?: number | null;
            /** @description The reason that the person gave. */
            reason?: string | null;
            /**
             * Format: int32
             * @description The number of reports added to the case.
             */
            reports?: number | null;
            result?: components["schemas"]["Verdict"] | null;
            /** @description The role in which the person acted. */
            role: components["schemas"]["Role"];
            /** @description The status after the step. */
            to?: components["schemas"]["Status"];
            /** @description The id of the unit to which the case was dispatched. */
            to_unit?: string | null;
            /** @description The id of the unit to which the account belongs. */
            unit?: string | null;
            /**
             * Format: date-time
             * @description The date until which the case is parked.
             */
            until?: string | null;
            why?: components["schemas"]["Localized"] | null;
        };
        /** @description A photo of a step. */
        StepPhoto: {
            /** @description The photo's id under `/api/photos`. */
            id: string;
            /** @description What the photo shows. */
            kind: components["schemas"]["PhotoKind"];
        };
        /** @description The coverage by straight-line distance. */
        StraightLine: {
            /**
             * Format: double
             * @description The share of people with a facility within the straight-line distance of the standard, from 0 to 1; `null` if
             *     there are no people.
             */
            share?: number | null;
        };
        /** @description The present state and the last days. Drills and cases pending review never count. */
        Summary: {
            /**
             * Format: date-time
             * @description When the cases were counted.
             */
            at: string;
            /**
             * Format: int32
             * @description Cases closed today.
             */
            closed_today: number;
            /** @description The last days in China's time zone, the oldest first; the last one is today. */
            days: components["schemas"]["SummaryDay"][];
            /** @description How many of the recently closed cases were handled in time. */
            on_time: components["schemas"]["OnTime"];
            /** @description The number of cases that are open now. */
            open: components["schemas"]["OpenCounts"];
            /**
             * Format: int32
             * @description Cases reported today.
             */
            reported_today: number;
            /**
             * Format: int64
             * @description The number of the commit that the answer shows.
             */
            seq: number;
            /**
             * @description Today's date in China.
             * @example 2026-11-22
             */
            today: string;
            /** @description The member units. */
            units: components["schemas"]["UnitCounts"];
        };
        /** @description One day of the ledger. */
        SummaryDay: {
            /**
             * Format: int32
             * @description The number of cases closed on that day.
             */
            closed: number;
            /**
             * @description The date in China.
             * @example 2026-11-22
             */
            date: string;
            open?: components["schemas"]["OpenCounts"] | null;
            /**
             * Format: int32
             * @description The number of cases reported on that day.
             */
            reported: number;
            /**
             * Format: date-time
             * @description The moment at which `open` is counted: the end of the day; for today, now.
             */
            until: string;
        };
        /** @description The state of a task. */
        TaskReport: {
            /** @description The last failure: `ended` or `panicked`. The log has the details. */
            problem?: string | null;
            /**
             * Format: int64
             * @description How often the task was restarted.
             */
            restarts: number;
            /**
             * Format: date-time
             * @description Since when the task has been in this state.
             */
            since: string;
            /** @description Whether the task runs. */
            state: components["schemas"]["TaskState"];
        };
        /**
         * @description Whether a task runs.
         * @enum {string}
         */
        TaskState: "running" | "waiting" | "stopped";
        /** @description A temporal extent. */
        TemporalExtent: {
            /** @description One interval, open at both ends. */
            interval: (string | null)[][];
            /** @description The calendar, as a URI. */
            trs: string;
        };
        /** @description The value of an area. */
        ThemeArea: {
            /**
             * Format: int32
             * @description The index of the class in `classes`; `null` if there is no data.
             */
            class?: number | null;
            /** @description The id of the grid, community or building. */
            id: string;
            /**
             * Format: int32
             * @description The number of features or people on which the value rests. Of ratings, it is rounded down to a multiple of 5.
             */
            n: number;
            /**
             * Format: double
             * @description The value in the unit of the theme; `null` if there is no data.
             */
            value?: number | null;
        };
        /**
         * @description The kind of the areas of a thematic map.
         * @enum {string}
         */
        ThemeBy: "grid" | "community" | "building";
        /** @description A class of values: from `from` up to, but not including, `to`. The last class includes `to`. */
        ThemeClass: {
            /**
             * Format: double
             * @description The lowest value; `null` if there is no limit.
             */
            from?: number | null;
            /**
             * Format: int32
             * @description The number of areas in the class.
             */
            n: number;
            /**
             * Format: double
             * @description The value at which the next class begins, or the highest value of the last class; `null` if there is no limit.
             */
            to?: number | null;
        };
        /** @description The themes in force. */
        ThemeList: {
            /**
             * Format: int64
             * @description The commit that the list shows.
             */
            seq: number;
            /** @description The themes, in the order of `themes.toml`. */
            themes: components["schemas"]["ThemeShown"][];
        };
        /** @description A thematic map. */
        ThemeMap: {
            /** @description The areas, in the order of their ids. */
            areas: components["schemas"]["ThemeArea"][];
            /**
             * Format: date-time
             * @description The moment that the map shows.
             */
            at: string;
            /** @description The kind of the areas. */
            by: components["schemas"]["ThemeBy"];
            /** @description The classes, the lowest values first. */
            classes: components["schemas"]["ThemeClass"][];
            /**
             * Format: int32
             * @description How many decimals the values have.
             */
            decimals: number;
            /**
             * Format: double
             * @description The hue, in degrees of OKLCH.
             */
            hue: number;
            /** @description What a higher value means. */
            more: components["schemas"]["ThemeMore"];
            /** @description What is counted. */
            note: components["schemas"]["Localized"];
            period?: components["schemas"]["ThemePeriod"] | null;
            problem?: components["schemas"]["Localized"] | null;
            /**
             * Format: int64
             * @description The commit that the map shows.
             */
            seq: number;
            /** @description The id of the theme. */
            theme: string;
            /** @description The title. */
            title: components["schemas"]["Localized"];
            /** @description The unit of the values. */
            unit: components["schemas"]["Localized"];
        };
        /**
         * @description What a higher value means.
         * @enum {string}
         */
        ThemeMore: "worse" | "better";
        /** @description The days that a thematic map counts. */
        ThemePeriod: {
            /**
             * Format: date
             * @description The first day, in China's time zone.
             */
            from: string;
            /**
             * Format: date
             * @description The last day.
             */
            until: string;
        };
        /** @description A theme. */
        ThemeShown: {
            /** @description The kinds of areas for which the caller gets the theme; the first is the default. */
            by: components["schemas"]["ThemeBy"][];
            /** @description The greatest number of classes. */
            classes: number;
            /**
             * Format: int32
             * @description How many days the theme looks back; `null` if it describes what exists.
             */
            days?: number | null;
            /**
             * Format: double
             * @description The hue of its colours, in degrees of OKLCH.
             */
            hue: number;
            /** @description The id. */
            id: string;
            /** @description What a higher value means. */
            more: components["schemas"]["ThemeMore"];
            /** @description What is counted, of which days and per what. */
            note: components["schemas"]["Localized"];
            /** @description The title. */
            title: components["schemas"]["Localized"];
            /** @description The unit of the values. */
            unit: components["schemas"]["Localized"];
        };
        /** @description When a sensor's values open a case, and when they end it. */
        Thresholds: {
            /** @description Whether values above or below the threshold are bad. */
            bad: components["schemas"]["Side"];
            /**
             * Format: double
             * @description The state becomes bad when the value passes this threshold.
             */
            enter: number;
            /**
             * Format: double
             * @description How many hours the value must be bad before a case opens.
             */
            for_hours: number;
            /**
             * Format: double
             * @description How many hours the value must be good before the state ends.
             */
            keep_hours: number;
            /**
             * Format: double
             * @description A bad state becomes good again when the value passes this threshold in the opposite direction.
             */
            leave: number;
            /**
             * Format: double
             * @description After how many hours without a value the state is unknown; null for never.
             */
            no_data_after_hours?: number | null;
        };
        /** @description TileJSON 3.0.0: the address and the content of a collection's tiles. */
        TileJson: {
            /** @description The attribution that the map must show. */
            attribution: string;
            /** @description West, south, east, north, in degrees. Absent for an empty collection. */
            bounds?: number[] | null;
            /** @description What the collection contains. */
            description: string;
            /**
             * Format: int32
             * @description The highest zoom level of tiles.
             */
            maxzoom: number;
            /**
             * Format: int32
             * @description The lowest zoom level with features.
             */
            minzoom: number;
            /** @description The title of the collection. */
            name: string;
            /** @description Always `xyz`. */
            scheme: string;
            /** @description Always `3.0.0`. */
            tilejson: string;
            /** @description The address template of the tiles, with `{z}`, `{y}` and `{x}`. */
            tiles: string[];
            /** @description The single layer. */
            vector_layers: components["schemas"]["VectorLayer"][];
        };
        /** @description The opening hours on one day. */
        Today: {
            /** @description Spans from (included) until (excluded); empty if it does not open on this day. */
            open: components["schemas"]["Span"][];
        };
        /** @description A newly created token. */
        TokenMade: {
            /** @description For a read-only token: the path that opens the wall screen with it. */
            kiosk?: string | null;
            /** @description The secret of the token. It is shown only in this answer. */
            secret: string;
            /** @description The token. */
            token: components["schemas"]["TokenShown"];
        };
        /** @description A token, without its secret. */
        TokenShown: {
            /** @description When the token was created, RFC 3339. */
            created_at: string;
            /** @description When the token expires, RFC 3339. */
            expires_at?: string | null;
            /** @description The id of the token, with which it is revoked. */
            id: string;
            /** @description What the token is for. */
            label: string;
            /** @description Whether the token may only read. */
            read_only: boolean;
            /** @description When the token was revoked, RFC 3339. */
            revoked_at?: string | null;
        };
        /** @description The token to create. */
        TokenWanted: {
            /** @description When the token expires, RFC 3339; never, if absent. */
            expires_at?: string | null;
            /**
             * @description What the token is for.
             * @example 指挥大厅大屏
             */
            label: string;
            /** @description Whether the token may only read. Meant for unattended screens. */
            read_only?: boolean;
        };
        /** @description A feature that was changed, created or deleted on the map. */
        TouchedFeature: {
            /** @description The collection. */
            collection: string;
            /** @description The id. */
            id: string;
        };
        /** @description Properties of the collection `trail_stops` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        TrailStopsProperties: {
            /** @description The name of the stop. */
            name: string;
            /** @description What there is to see or to do. */
            note?: string;
            /** @description Its place along the trail, from 1. */
            number: number;
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            opening_hours?: string;
            /** @description The id of the trail. */
            trail: string;
        };
        /** @description Properties of the collection `trails` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        TrailsProperties: {
            /**
             * @description What the trail is for.
             * @enum {string}
             */
            kind: "study" | "city_walk" | "service";
            /** @description Its length. */
            length_m?: number;
            /** @description About how long it takes with the stops. */
            minutes?: number;
            /** @description The name, as it is published. */
            name: string;
            /** @description Whether wheelchairs and prams can go all the way. */
            step_free?: boolean;
            /** @description What there is to see, and for whom. */
            summary?: string;
            /** @description The id of the unit that organises it. */
            unit?: string;
        };
        /** @description A position at which a further facility is tried. */
        TriedPlace: {
            /**
             * Format: double
             * @description Latitude, WGS 84 degrees.
             */
            lat: number;
            /**
             * Format: double
             * @description Longitude, WGS 84 degrees.
             */
            lon: number;
        };
        /** @description A trip as a FeatureCollection: one line for each leg, in order. */
        TripAnswer: {
            /** @description The legs. */
            features: components["schemas"]["LegFeature"][];
            /** @description The summary of the trip. */
            summary: components["schemas"]["TripSummary"];
            /** @description `FeatureCollection`. */
            type: string;
            /** @description The deliveries in the order in which they are made. */
            visits: components["schemas"]["TripVisit"][];
        };
        /** @description A request for a trip. */
        TripBody: {
            /** @description The ids of entrances that the trip must not pass, such as a gate that has just turned the rider away. */
            avoid?: string[];
            /**
             * Format: date-time
             * @description The departure time, RFC 3339; now, if absent.
             */
            depart_at?: string | null;
            /** @description The origin. */
            from: components["schemas"]["RoutePlace"];
            /**
             * @description The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
             * @example ebike
             */
            profile?: string;
            /** @description The deliveries, in any order. */
            stops: components["schemas"]["TripStop"][];
        };
        /** @description A delivery. */
        TripStop: {
            /**
             * Format: date-time
             * @description The latest time at which the delivery may begin, RFC 3339.
             */
            not_after?: string | null;
            /**
             * Format: date-time
             * @description The earliest time of the delivery, RFC 3339.
             */
            not_before?: string | null;
            /**
             * Format: int32
             * @description The time at the door, in seconds; 120, if absent.
             */
            stay_s?: number | null;
            /** @description The destination. */
            to: components["schemas"]["RoutePlace"];
        };
        /** @description The summary of a trip. */
        TripSummary: {
            /**
             * Format: double
             * @description The length, in metres.
             */
            distance_m: number;
            /**
             * Format: double
             * @description The duration, in seconds, including the time at the doors.
             */
            duration_s: number;
            /**
             * Format: date-time
             * @description When the last delivery ends.
             */
            end_at: string;
            /**
             * @description Whether the trip is the best over all orders of the deliveries, the parking places near their doors and walks of
             *     up to 1 km; false for more than 8 deliveries, whose order is a good one that a heuristic found.
             */
            is_exact: boolean;
            /**
             * Format: int64
             * @description The number of the commit from which the network was built.
             */
            network_seq: number;
            /**
             * Format: int64
             * @description The number of the commit at which access rights and opening hours were read.
             */
            seq: number;
        };
        /** @description A delivery in a trip. */
        TripVisit: {
            /**
             * Format: date-time
             * @description The arrival at the door.
             */
            arrive_at: string;
            /**
             * Format: date-time
             * @description When the delivery begins: the arrival, or the start of its time window if that is later.
             */
            begins_at: string;
            /** @description The id of the door; null if no door is known. */
            door?: string | null;
            /** @description The index of the first leg of the visit in `features`, from 0. */
            first_leg: number;
            /**
             * Format: double
             * @description The length of the last stretch to the door where no way is mapped, in metres.
             */
            gap_m: number;
            gate?: components["schemas"]["RouteEntrance"] | null;
            /** @description Whether the vehicle is moved before the visit. If not, the rider walks from the previous door. */
            rides: boolean;
            /** @description The index of the delivery in `stops` of the request, from 0. */
            stop: number;
        };
        /** @description The failure of a receiver that does not accept deliveries. */
        TroubleShown: {
            /** @description The last error. */
            error: string;
            /**
             * Format: int32
             * @description How many attempts failed in a row.
             */
            failures: number;
            /** @description When the next delivery is tried, RFC 3339. */
            next_at: string;
            /** @description Since when deliveries to the receiver have failed, RFC 3339. */
            since: string;
        };
        /**
         * @description Who must act next.
         * @enum {string}
         */
        Turn: "officer" | "unit" | "verifier";
        /** @description Properties of the collection `turns` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        TurnsProperties: {
            /** @description The vehicles that it does not restrict, by OpenStreetMap's names; bicycle includes e-bikes. */
            except?: string[];
            /** @description The route on which one comes. */
            from: string;
            /**
             * @description A no_ kind forbids this turn; an only_ kind forbids every other one.
             * @enum {string}
             */
            kind: "no_left_turn" | "no_right_turn" | "no_straight_on" | "no_u_turn" | "no_entry" | "no_exit" | "only_left_turn" | "only_right_turn" | "only_straight_on" | "only_u_turn";
            /** @description The route onto which one goes. */
            to: string;
            /** @description Where the turn is made: the position [longitude, latitude] that the routes share; or the id of the route in between, or a list of ids in order where there are several. */
            via: string | unknown[];
        };
        /** @description A place with people who are not covered. */
        UncoveredPlace: {
            /**
             * Format: double
             * @description The longest of the walks from its doors to the nearest facility, one way, in metres; `null` if no facility can
             *     be reached.
             */
            distance_m?: number | null;
            /** @description The id of the building, or of the feature of the demand layer. */
            id: string;
            /** @description The name of the place. */
            name: string;
            /**
             * Format: double
             * @description How many people are not covered.
             */
            people: number;
            /** @description A position inside the building or feature: longitude and latitude, WGS 84 degrees. */
            position: number[];
        };
        /** @description The member units. */
        UnitCounts: {
            /**
             * Format: int32
             * @description The number of units that have a case to handle now.
             */
            at_work: number;
            /**
             * Format: int32
             * @description The number of units that are on duty now.
             */
            on_duty: number;
            /**
             * Format: int32
             * @description The number of all units.
             */
            total: number;
            /**
             * Format: int32
             * @description The number of units whose duty hours are unknown.
             */
            unknown_hours: number;
        };
        /** @description The suggested member units for a case. */
        UnitRanking: {
            source?: components["schemas"]["Localized"] | null;
            /** @description The units, the best first. */
            units: components["schemas"]["UnitSuggestion"][];
            /** @description Whether that entry was checked against its source; null if none applies. */
            verified?: boolean | null;
        };
        /** @description A suggested unit, with the reasons. */
        UnitSuggestion: {
            /** @description Whether the unit may handle the category. */
            competent: boolean;
            /**
             * Format: double
             * @description The distance of the unit from the case, in metres.
             */
            distance_m?: number | null;
            /** @description The id of the unit. */
            id: components["schemas"]["FeatureId"];
            /** @description The name of the unit. */
            name: string;
            /** @description Whether the unit is on duty; `None` if its duty hours are unknown. */
            on_duty?: boolean | null;
            /**
             * Format: int32
             * @description The number of cases that the unit must handle at present.
             */
            open_cases: number;
            /**
             * @description Whether the unit is responsible by the list of responsibilities. If any unit is, a dispatch to another one needs a
             *     `reason`.
             */
            responsible: boolean;
            /**
             * Format: double
             * @description The score from 0 to 100; higher is better.
             */
            score: number;
            /** @description Whether the unit serves the community. */
            serves: boolean;
            /** @description The reasons as a text. For a responsible unit it begins with the entry of the list. */
            why: components["schemas"]["Localized"];
        };
        /** @description Properties of the collection `units` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        UnitsProperties: {
            /** @description The ids of the communities it serves; empty means the whole street. */
            communities?: string[];
            /** @description The categories of warnings it handles. */
            competences?: string[];
            /** @description The ids of the compounds that a property company manages. The list of responsibilities uses them. */
            compounds?: string[];
            /** @description In the opening_hours syntax of OpenStreetMap; absent means unknown. */
            duty_hours?: string;
            /**
             * @description What kind of organisation it is.
             * @enum {string}
             */
            kind?: "street_office" | "community" | "department" | "utility" | "property" | "company" | "association";
            /** @description The name people use on the spot. */
            name?: string;
            /** @description The telephone number of whoever is on duty. */
            phone?: string;
        };
        /** @description How many residential buildings lack a value. */
        UnknownCounts: {
            /**
             * Format: int32
             * @description Buildings without the number of households.
             */
            households: number;
            /**
             * Format: int32
             * @description Buildings without the kind of housing.
             */
            housing: number;
            /**
             * Format: int32
             * @description Buildings that do not say whether they have a lift.
             */
            lifts: number;
            /**
             * Format: int32
             * @description Buildings without the number of stairwells.
             */
            stairwells: number;
        };
        /** @description The people who cannot reach any facility. */
        UnlinkedAnswer: {
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
            /** @description The places with these people, those with the most such people first. */
            places: components["schemas"]["UnlinkedPlace"][];
        };
        /** @description A place with people who cannot reach any facility. */
        UnlinkedPlace: {
            /** @description The id of the building, or of the feature of the demand layer. */
            id: string;
            /** @description The name of the place. */
            name: string;
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
            /** @description A position inside the building or feature: longitude and latitude, WGS 84 degrees. */
            position: number[];
            /**
             * @description `no_way`: no walkable way is near the door. `no_facility`: no facility can be reached from the door, or the
             *     storey cannot be reached (in a wheelchair without a lift).
             */
            why: string;
        };
        /** @description A layer of vector tiles. */
        VectorLayer: {
            /** @description The title of the collection. */
            description: string;
            /** @description The titles of the properties, by the name of the property. */
            fields: {
                [key: string]: string;
            };
            /** @description The id of the collection. */
            id: string;
            /**
             * Format: int32
             * @description The highest zoom level of tiles.
             */
            maxzoom: number;
            /**
             * Format: int32
             * @description The lowest zoom level with features.
             */
            minzoom: number;
        };
        /** @enum {string} */
        Verdict: "pass" | "fail";
        /** @description The distance within which a verification needs no reason. */
        VerifyRule: {
            /**
             * Format: double
             * @description The largest distance of the verifying person from the case, in metres.
             */
            distance_m: number;
        };
        /** @description A grid that was walked on a day. */
        WalkedGrid: {
            /** @description Who walked it, for officers; ordered by name. Empty for other roles, and for days over 31 days ago. */
            by?: components["schemas"]["Walker"][];
            /** @description The id of the grid. */
            grid: string;
            /** @description The hours of the day in which somebody walked it, 0 to 23, the earliest first. */
            hours: number[];
            /** @description Those of the caller among them. */
            own_hours: number[];
        };
        /** @description Somebody who walked a grid on a day. */
        Walker: {
            /** @description The name of the account. */
            account: string;
            /** @description The hours of the day, 0 to 23, the earliest first. */
            hours: number[];
        };
        /** @description Properties of the collection `warnings` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        WarningsProperties: {
            /** @description Which ways near it an officer closed or opened, whatever the rule of its category says; absent where nobody decided. */
            blocks?: {
                ebike: boolean;
                foot: boolean;
                within_m: number;
            };
            /** @description The building it happened in. */
            building?: string;
            /** @description The unit (staircase) of the building it happened in. */
            building_unit?: string;
            /** @description More categories can be defined in rules.toml. */
            category: string;
            /**
             * Format: date-time
             * @description When it was closed, rejected or merged.
             */
            closed_at?: string;
            /** @description The id of the community that contains it. */
            community?: string;
            /** @description The compound it happened in. */
            compound?: string;
            /** @description Made up for the demonstration; not a real event. */
            demo?: boolean;
            /**
             * Format: date-time
             * @description When it was dispatched, the last time.
             */
            dispatched_at?: string;
            /**
             * Format: date-time
             * @description When whoever's turn it is must have done it: filed, dispatched or handled it.
             */
            due_at?: string;
            /** @description The gate or door that it is about. */
            entrance?: string;
            /** @description A drill, which is never counted. */
            exercise?: boolean;
            /**
             * Format: date-time
             * @description When it was filed, the last time.
             */
            filed_at?: string;
            /** @description The id of the grid that contains it. */
            grid?: string;
            /**
             * Format: date-time
             * @description When the unit said that it was handled.
             */
            handled_at?: string;
            /** @description Likely spam, kept for an officer to look at; it counts nowhere. */
            held?: boolean;
            /** @description The number of the 12345 hotline's own record. */
            hotline_number?: string;
            /**
             * @description What kind of housing it happened in.
             * @enum {string}
             */
            housing?: "old_estate" | "commodity" | "mixed_use";
            /** @description What the ledger keeps for itself: who handled it, where it stood before it was parked, when its clock stood still. */
            ledger?: Record<string, never>;
            level?: components["schemas"]["Level"];
            /** @description The warning that stands for it. */
            merged_into?: string;
            /** @description What the reporter wrote. */
            note?: string;
            /** @description The date of the report in China's time zone and a running number, unique in its street. People use it on the telephone. */
            number?: string;
            /**
             * Format: date-time
             * @description Only where it is overdue: when it fell due.
             */
            overdue_at?: string;
            /**
             * Format: date-time
             * @description Until when it is set aside.
             */
            parked_until?: string;
            /** @description All its photos. */
            photos?: {
                /** Format: date-time */
                at?: string;
                id: string;
                /** @enum {string} */
                kind: "report" | "before" | "after" | "other";
            }[];
            /** @description The place in words. */
            place?: string;
            /** @description The place of a micro-wish, which is the home of a person. The public sees only its grid and community. */
            private_place?: {
                building?: string;
                building_unit?: string;
                compound?: string;
                entrance?: string;
                lat?: number;
                lon?: number;
                place?: string;
            };
            /** @description The text that an officer wrote for the board of wishes. Only the board (/api/wishes) publishes it, until the wish is closed. */
            public_text?: string;
            /** @description How the reporter rated what was done, 1 to 5. */
            rating?: number;
            /** @description What the reporter wrote with the rating. */
            rating_reason?: string;
            /** @description Why it is at its level. */
            reason?: {
                en?: string;
                zh?: string;
            };
            /**
             * Format: date-time
             * @description When it was first reported.
             */
            reported_at?: string;
            /** @description How many reports it stands for, at least 1. */
            reports?: number;
            /** @description The room it happened in. */
            room?: string;
            /**
             * Format: date-time
             * @description When it came to its present level.
             */
            since?: string;
            /**
             * @description How it was reported.
             * @enum {string}
             */
            source?: "resident" | "hotline" | "rider" | "grid_worker" | "camera" | "sensor" | "unit" | "rule";
            status?: components["schemas"]["Status"];
            step?: components["schemas"]["Step"];
            /** @description How many steps it has taken. */
            steps?: number;
            /**
             * Format: date-time
             * @description Until when a supervised case must be done. An officer sets it; it does not stop while the case is parked or waits to be verified.
             */
            supervise_due_at?: string;
            /**
             * Format: date-time
             * @description Only where a supervised case is overdue: when its due date passed.
             */
            supervise_overdue_at?: string;
            /** @description The member unit that has to handle it. */
            unit?: string;
            /**
             * Format: date-time
             * @description When an officer last urged whoever must act next; absent once they have acted.
             */
            urged_at?: string;
            /** @description How often officers urged whoever must act next. */
            urges?: number;
        };
        /** @description Properties of the collection `water` as it is built in. Properties that the caller may not see are absent; those that a data steward added are present. */
        WaterProperties: {
            /** @description What kind of water it is. */
            kind?: string;
            /** @description The name people use on the spot. */
            name?: string;
            /** @description The width of the water. */
            width_m?: number;
        };
        /** @description All webhooks. */
        WebhookList: {
            /** @description The webhooks, the oldest first. */
            webhooks: components["schemas"]["WebhookShown"][];
        };
        /**
         * @description A webhook. Deliveries come as `POST` with `Onemap-Delivery` (an id that stays the same for repeated attempts),
         *     `Onemap-Event`, `Onemap-Timestamp` (Unix seconds) and `Onemap-Signature: v1=` the HMAC-SHA256 of `timestamp.body` in
         *     hexadecimal; the body is `{id, event, seq, at, warning}`. A delivery that is not answered with 2xx within ten
         *     seconds is sent again with the same id, after growing pauses; after a day it is given up.
         */
        WebhookShown: {
            /** @description When the webhook was created, RFC 3339. */
            created_at: string;
            /** @description The account that created the webhook. */
            created_by?: string | null;
            /** @description What is sent: `step`, `notice` or both. */
            events: string[];
            /** @description The id of the webhook. */
            id: string;
            /** @description The secret that signs deliveries. It is shown only when the webhook is created. */
            secret?: string | null;
            /**
             * Format: int64
             * @description All steps up to this commit have been delivered or given up.
             */
            seq: number;
            trouble?: components["schemas"]["TroubleShown"] | null;
            /** @description Where deliveries are sent. */
            url: string;
        };
        /** @description The webhook to create. */
        WebhookWanted: {
            /**
             * @description What to send: `step` (each step of each case), `notice` (steps that cause a notice), or both.
             * @example [
             *       "step",
             *       "notice"
             *     ]
             */
            events: string[];
            /** @description The secret that signs deliveries, at least 16 bytes; generated if absent. */
            secret?: string | null;
            /**
             * @description Where to send: `https://…` or `http://…`. Redirects are not followed.
             * @example https://12345.example.org/onemap
             */
            url: string;
        };
        /** @description The coverage in each hour of a week: the result of the job. */
        WeekAnswer: {
            /** @description The first hour with the highest share. */
            best: components["schemas"]["HourShown"];
            /** @description The areas, the lowest share in its worst hour first. */
            by: components["schemas"]["AreaWeek"][];
            /**
             * @description The number of different combinations of open ways, gates and facilities in the week. Hours with the same
             *     combination have the same coverage, which is computed once.
             */
            differing_hours: number;
            /** @description The 168 hours, from the beginning of the first day on. */
            hours: components["schemas"]["HourShown"][];
            /**
             * Format: double
             * @description The mean share of people who are covered, over all hours, from 0 to 1; `null` without people.
             */
            mean_share?: number | null;
            /**
             * Format: int64
             * @description The number of the commit from which the network was built.
             */
            network_seq: number;
            /** @description Notes for a report: what the figures rest on. */
            notes: components["schemas"]["Localized"][];
            /**
             * Format: double
             * @description The number of people.
             */
            people: number;
            /**
             * Format: int64
             * @description The number of the commit that the figures are computed from.
             */
            seq: number;
            /** @description The first hour with the lowest share. */
            worst: components["schemas"]["HourShown"];
        };
        /** @description The board of wishes. */
        WishBoard: {
            /** @description How many open wishes with a public text there are, also beyond `wishes`. */
            matched: number;
            /**
             * Format: int64
             * @description The commit as of which everything in the answer is true.
             */
            seq: number;
            /** @description The figures of the fulfilled wishes. */
            totals: components["schemas"]["BoardTotals"];
            /** @description The open wishes: first those that no unit has claimed, and the oldest first. */
            wishes: components["schemas"]["BoardWish"][];
        };
        /**
         * @description How far a wish is.
         * @enum {string}
         */
        WishState: "waiting" | "claimed" | "arranging" | "done";
        /** @description Whether writing works. */
        Writable: {
            /** @description Whether writing works. */
            ok: boolean;
            /** @description Why the database rejects writes; the text names the fault. */
            problem?: string | null;
        };
    };
    responses: never;
    parameters: {
        /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
        "min-seq": number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    landing: {
        parameters: {
            query?: {
                /** @description json or html */
                f?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A description of the service with links to its parts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Landing"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_accounts: {
        parameters: {
            query?: {
                /** @description Only names that contain this text */
                q?: string;
                /** @description Only names after this one: the `next` of the previous page */
                after?: string;
                /** @description The most accounts on the page, up to 500; 100 if absent */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The accounts, ordered by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            /** @description Requires the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountWanted"];
            };
        };
        responses: {
            /** @description Created; Location is its address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountShown"];
                };
            };
            /** @description Requires the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account's id */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountShown"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account's id */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Disabled: its tokens and sessions stop working within two seconds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account is the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account's id */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountPatch"];
            };
        };
        responses: {
            /** @description The account as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountShown"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account is the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_account_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account's id */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenWanted"];
            };
        };
        responses: {
            /** @description Created; the secret is shown only in this answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            /** @description No such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account is disabled, or has 50 valid tokens */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_account_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account's id */
                accountId: string;
                /** @description The token's id */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked: it stops working within two seconds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description It is the last credential of the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description From this moment on, RFC 3339 */
                from?: string;
                /** @description Before this moment, RFC 3339 */
                to?: string;
                /** @description Only rows of this account, given by id or name */
                account?: string;
                /** @description Only rows of this kind: write, look, sign_in, sign_in_failed, account or erase */
                kind?: string;
                /** @description Only rows after this one: the `next` of the previous page */
                after?: number;
                /** @description The most rows on the page, up to 10,000; 1,000 if absent */
                limit?: number;
                /** @description json (the default) or csv */
                f?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The oldest first */
            200: {
                headers: {
                    /** @description With f=csv, the value of `after` for the next page; absent on the last page */
                    "onemap-next"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                    "text/csv": string;
                };
            };
            /** @description Requires the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    building_access: {
        parameters: {
            query?: {
                /** @description The moment of arrival, such as 2026-11-30T18:30:00+08:00; now, if absent. At most an hour ago and a year ahead */
                at?: string;
                /** @description The profile: ebike (the default), foot, cargo_trike or wheelchair */
                mode?: string;
                /** @description The unit in the address, such as 2 or 2单元 */
                unit?: string;
                /** @description The room in the address, such as 501 */
                room?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The building's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The card */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Access"];
                };
            };
            /** @description A parameter is wrong, or the moment is more than an hour ago or more than a year ahead */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such building, unit or room; `detail` lists the existing ones */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    building_card: {
        parameters: {
            query?: {
                /** @description The card at this past moment, such as 2026-11-22T06:05:00Z */
                as_of?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The id of a building */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The card */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
            /** @description `as_of` is not a past moment */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such building */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    building_reach: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The id of a building */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people within reach, by standard */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CardReach"];
                };
            };
            /** @description There is no such building */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_collections: {
        parameters: {
            query?: {
                /** @description json or html */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The collections */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_collection: {
        parameters: {
            query?: {
                /** @description json or html */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The collection */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionShown"];
                };
            };
            /** @description No such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_items: {
        parameters: {
            query?: {
                /** @description west,south,east,north: only features that intersect the box; west > east crosses the antimeridian */
                bbox?: number[];
                /** @description The URI of the coordinate system of `bbox`; CRS84 if absent */
                "bbox-crs"?: string;
                /** @description The most features on the page; 10 if absent */
                limit?: number;
                /** @description The number of features to skip, with sortby at most 20,000. Writes between two requests can move features to another page */
                offset?: number;
                /** @description Only features with ids after this one; the link `next` uses it */
                after?: string;
                /** @description A time with its zone, a date (in UTC) or an interval, for collections with a time property. A time without a zone is refused */
                datetime?: string;
                /** @description Only these properties */
                properties?: string[];
                /** @description The URI of the coordinate system of the answer; CRS84 if absent */
                crs?: string;
                /** @description The properties to sort by, at most four, such as `name,-levels`; `-` sorts in descending order */
                sortby?: string[];
                /** @description A CQL2 expression over the queryables of the collection, which features must match: `levels > 6 AND S_INTERSECTS(geometry, BBOX(117.1,39.2,117.2,39.3))` */
                filter?: string;
                /** @description The encoding of `filter`: cql2-text (the default) or cql2-json */
                "filter-lang"?: string;
                /** @description The URI of the coordinate system of geometries in `filter`; CRS84 if absent */
                "filter-crs"?: string;
                /** @description json or html */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The features */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["FeatureCollection"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The request takes more work or memory than allowed; `detail` says what to ask for instead */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first */
                "Content-Crs"?: string | null;
            };
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/geo+json": components["schemas"]["FeatureBody"];
            };
        };
        responses: {
            /** @description Created; Location is its address. The member `warnings` (`[{field, warning, warning_zh}]`) lists suspicious points, such as a position far from everything on the map */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description The collection cannot be written directly */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The id is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The feature is not valid; `errors` lists the faults */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_item: {
        parameters: {
            query?: {
                /** @description The URI of the coordinate system of the answer */
                crs?: string;
                /** @description Only these properties */
                properties?: string[];
                /** @description json or html */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
                /** @description The feature's id */
                featureId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The feature. Its ETag is the value of If-Match for a write */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                };
            };
            /** @description No such feature */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read. If the resource was changed since, the answer is 412 */
                "If-Match"?: string | null;
                /** @description `*`: only if the feature does not exist yet */
                "If-None-Match"?: string | null;
                /** @description The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first */
                "Content-Crs"?: string | null;
            };
            path: {
                /** @description The collection's id */
                collectionId: string;
                /** @description The feature's id */
                featureId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/geo+json": components["schemas"]["FeatureBody"];
            };
        };
        responses: {
            /** @description Replaced */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description The feature was changed meanwhile */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The feature is not valid; `errors` lists the faults */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The collection's id */
                collectionId: string;
                /** @description The feature's id */
                featureId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deletion is saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such feature */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The feature was changed meanwhile */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-Match"?: string | null;
                /** @description The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first */
                "Content-Crs"?: string | null;
            };
            path: {
                /** @description The collection's id */
                collectionId: string;
                /** @description The feature's id */
                featureId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/merge-patch+json": components["schemas"]["FeaturePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Feature"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description No such feature */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The feature was changed meanwhile */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The patched feature would not be valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    queryables: {
        parameters: {
            query?: {
                /** @description json */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON Schema of the queryable properties */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    schema: {
        parameters: {
            query?: {
                /** @description json */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON Schema of the collection's properties */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tilejson: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description TileJSON 3.0.0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TileJson"];
                };
            };
            /** @description No such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collection: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The collection's id */
                collectionId: string;
                /** @description Zoom */
                z: number;
                /** @description Row, from the north */
                y: number;
                /** @description Column, from the west */
                x: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Mapbox Vector Tile with one layer, which has the name of the collection. Empty if it contains no features */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.mapbox-vector-tile": Blob;
                };
            };
            /** @description There is no such tile */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compound_board: {
        parameters: {
            query?: {
                /** @description The id of the gate at which the board hangs; it is marked 您在此处 */
                at?: string;
                /** @description The language: zh (the default) or en */
                lang?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The compound's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The board */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such compound or gate; `known` lists the existing gates */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The compound cannot be drawn */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_conditions: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conditions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConditionList"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role grid_worker */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conformance: {
        parameters: {
            query?: {
                /** @description json or html */
                f?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conformance classes that the service implements */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conformance"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    day_orders: {
        parameters: {
            query?: {
                /** @description The moment; now, if absent. At most an hour ago */
                at?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The orders in force and announced */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrdersOfDay"];
                };
            };
            /** @description The moment is not valid or more than an hour ago */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    entrance_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The entrance's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoorCode"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role rider */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such entrance, or it has no valid code */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many codes for one account; Retry-After says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_passage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The entrance's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PassageBody"];
            };
        };
        responses: {
            /** @description Whether it was counted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassageCounted"];
                };
            };
            /** @description No such entrance */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `passed` is missing or wrong */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many answers from one address; `Retry-After` says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description Only these collections */
                collections?: string[];
                /** @description Only features that are, or were, in this box (WGS 84) */
                bbox?: number[];
                /** @description The same, for clients that cannot set the header */
                "last-event-id"?: number;
            };
            header?: {
                /** @description The id of the last event received; the later ones are sent first */
                "Last-Event-ID"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `event: change`, `id:` seq, data `{seq, at, changes: [{collection, id, kind: put | delete, feature}]}`, or, for a commit of over 1,000 features or a feature of over 512 kB, `{seq, at, reset: [{collection, bbox}]}`; `event: time`, data `{seq, at, stale}`, every ten seconds; `event: reset` when the client must load the data again. After a reconnection with `bbox`, each changed feature that is outside of the box or was removed is sent as a delete, wherever it was before. The stream ends when its credential ends, or when the client reads nothing for a while; a client that reconnects with `Last-Event-ID` misses nothing */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The account or address has reached its limit of open feeds */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The server has reached its limit of open feeds */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: {
                /** @description The levels at this past moment, such as 2026-11-22T06:05:00Z */
                as_of?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The level of every grid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GridStatuses"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grid_card: {
        parameters: {
            query?: {
                /** @description The card at this past moment, such as 2026-11-22T06:05:00Z */
                as_of?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The id or the code of a grid, a community or a street */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The card */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
            /** @description `as_of` is not a past moment */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such grid */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grid_reach: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The id or the code of a grid, a community or a street */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people within reach, by standard */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CardReach"];
                };
            };
            /** @description There is no such grid */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_handovers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The handovers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HandoverList"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hand_over: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandoverBody"];
            };
        };
        responses: {
            /** @description The handover */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Handover"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A handover of the same communities is open; `handover` is its id */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_handover: {
        parameters: {
            query?: {
                /** @description When the shift began, RFC 3339, at most 7 days ago. If absent, it is when the shift of the last handover began; if that has ended, by the clock: shifts change at 8:00 and 20:00 */
                from?: string;
                /** @description When the next shift begins, RFC 3339; likewise if absent */
                next_from?: string;
                /** @description When the next shift ends, RFC 3339; likewise if absent */
                next_until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What would be handed over */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HandoverPreview"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A time is not possible; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_handover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the handover */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The handover */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Handover"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such handover in the caller's communities */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_handover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the handover */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the account that handed over, or the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such handover in the caller's communities */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Somebody has taken over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receive_handover: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the handover */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signed handover */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Handover"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer; the account that handed over cannot sign for receipt */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such handover in the caller's communities */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Somebody else has taken over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_import: {
        parameters: {
            query?: {
                /** @description The name of the file; without `collection`, its stem names the collection, as in buildings.geojson */
                name?: string;
                /** @description The collection of all features; from an OSM extract, only features of this collection are imported */
                collection?: string;
                /** @description The coordinate system of the file: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:3857, EPSG:4513 to EPSG:4554; if absent, that of the file's member `crs`, otherwise WGS 84 */
                crs?: string;
                /** @description The source of the ids: the name of a property, or `row` for the number of the feature in the file; if absent, the id of the feature, or one derived from its geometry and name */
                id?: string;
                /** @description true: also remove features that are on the map but not in the file, in all collections that occur in the file */
                remove_missing?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The file itself: GeoJSON, newline-delimited GeoJSON, OSM XML or OSM PBF. The format is detected from the content */
        requestBody: {
            content: {
                "application/octet-stream": Blob;
            };
        };
        responses: {
            /** @description The file was stored; `Location` names the job that plans the import */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description The file is missing, or a parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role steward, without a restriction to communities */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The file exceeds the limit for one file, or the limit for all files of the account */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The body is a form; expected the file itself */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account has reached its limit of unfinished jobs */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The uploaded files of all accounts have reached their limit */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commit_import: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the job that planned the import */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` names the job; its result is the report with the number of the commit */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role steward, without a restriction to communities */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller has no such import */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The plan is unfinished, was committed already, or is out of date. In the last case `conflicting` has the number of features that were changed since, and `conflicts` the first 20: `[{collection, id, problem, problem_zh}]` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undo_import: {
        parameters: {
            query?: {
                /** @description true: leave out features that were changed later */
                partly?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of the job that planned the import */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` names the job; its result is the report with the number of the commit */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role steward, without a restriction to communities */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller has no such import */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The import was not committed, was undone already, or its features were changed later. In the last case `conflicting` has the number of these features, and `conflicts` the first 20: `[{collection, id, problem, problem_zh}]` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invites: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteList"];
                };
            };
            /** @description Requires the role officer or admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteWanted"];
            };
        };
        responses: {
            /** @description Created; the secret is shown only in this answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteMade"];
                };
            };
            /** @description The caller may not grant these rights */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accept_invite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description The account is created, and the session cookie is set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The request comes from a page of another site */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The invite is unknown, used up, revoked or expired */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many failed sign-ins from one address; Retry-After says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invite's id */
                inviteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such invite, or another officer's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isochrone: {
        parameters: {
            query: {
                /** @description Longitude, WGS 84 degrees */
                lon: number;
                /** @description Latitude, WGS 84 degrees */
                lat: number;
                /** @description The longest travel time, in minutes */
                minutes: number;
                /** @description The travel profile: `ebike`, `foot` (the default), `cargo_trike` or `wheelchair` */
                profile?: string;
                /** @description The departure time, RFC 3339; now, if absent */
                at?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stretches of ways that are reached */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Isochrone"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The place is far from every way */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isochrone_from: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IsochroneBody"];
            };
        };
        responses: {
            /** @description The stretches of ways that are reached */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Isochrone"];
                };
            };
            /** @description A field is wrong, or the position is far from every way */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description The number of jobs, at most 1,000; 100 if absent */
                limit?: number;
                /** @description Only jobs that were created before the job with this id: `next` of the previous page */
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The jobs, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job, with its result if it is done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller has no such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job was cancelled, or ended at the same moment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description The job was told to stop and has not stopped yet */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description The job had ended and was removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller has no such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    job_events: {
        parameters: {
            query?: {
                /** @description The same, for clients that cannot set the header */
                "last-event-id"?: number;
            };
            header?: {
                /** @description The last revision that the client received */
                "Last-Event-ID"?: number | null;
            };
            path: {
                /** @description The job's id */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `event: job`, `id:` the revision, data: the job without its result, at most four times a second. The first event has the current state, the last one the end of the job. The stream also ends when the job is removed or the credential expires */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The job has ended and the client has received its last event; an `EventSource` does not reconnect after 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller has no such job */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account has reached its limit of open feeds */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nearest: {
        parameters: {
            query: {
                /** @description The collection to search */
                collection: string;
                /** @description Longitude, WGS 84 degrees */
                lon: number;
                /** @description Latitude, WGS 84 degrees */
                lat: number;
                /** @description The most features; 1 if absent */
                k?: number;
                /** @description The largest distance in metres; not with `profile` */
                max_m?: number;
                /** @description Sort by travel time over the network: `ebike`, `foot`, `cargo_trike` or `wheelchair`. Adds the property `duration_s`; `k` is at most 100. For the position of a person use POST */
                profile?: string;
                /** @description With `profile`: the departure time, RFC 3339; now, if absent */
                at?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The features, the nearest first. The property `distance_m` is the distance on the ellipsoid, 0 if the place is inside the feature */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["NearestCollection"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The request takes more work than allowed; `detail` says what to ask for instead */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nearest_by_travel_time: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NearestBody"];
            };
        };
        responses: {
            /** @description The features, the nearest first. The properties `duration_s` and `distance_m` are those of the route. Features that cannot be reached are left out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["NearestCollection"];
                };
            };
            /** @description There is no such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong, or the position is far from every way */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    network: {
        parameters: {
            query?: {
                /** @description The area: west,south,east,north in degrees. It is widened to hundredths of a degree. The whole map, if absent */
                bbox?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The parts with their hashes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetworkManifest"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The area is too large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built, or too many large requests come at once */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    network_part: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hash of the part, from `/api/network` */
                hash: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The part. The bytes of a hash never change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": Blob;
                };
            };
            /** @description There is no such part any more; ask `/api/network` for the present ones */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    observe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ObservationBody"];
            };
        };
        responses: {
            /** @description The condition after the observation. If it is not yet visible on this server, also `seq`, `id`, `location` and `detail` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObservationAnswer"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role grid_worker */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is missing or wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_patrols: {
        parameters: {
            query?: {
                /** @description The day in local time, such as 2026-11-29; today if absent */
                day?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The walked grids */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Patrols"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role grid_worker */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    note_patrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatrolBody"];
            };
        };
        responses: {
            /** @description What was stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatrolNoted"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role grid_worker, in the community of the grid */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is missing or wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_photo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The file: JPEG, PNG or WebP, recognised by its content, of at most 8 MiB and 50 million pixels. It is rotated upright and stored without metadata as JPEG of at most 2048 pixels on the longer side */
        requestBody: {
            content: {
                "image/jpeg": Blob;
            };
        };
        responses: {
            /** @description The photo is stored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoTaken"];
                };
            };
            /** @description The file is larger than 8 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The body is not a JPEG, PNG or WebP file */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The photo cannot be decoded, or has more than 50 million pixels */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many uploads from one address without an account */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_photo: {
        parameters: {
            query?: {
                /** @description full (the default), or thumb of at most 320 pixels on the longer side */
                size?: string;
                /** @description The reading code or the receipt of the case with the photo, for callers without an account */
                receipt?: string;
            };
            header?: never;
            path: {
                /** @description The photo's id */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photo */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                };
            };
            /** @description The request has neither an account nor the receipt of the case */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account does not have the role, or the photo is in another community */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such photo */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shown_coverage: {
        parameters: {
            query: {
                /** @description The id of a standard of `/api/plan/standards` */
                standard: string;
                /** @description The collection whose features count as facilities; if absent, the facilities that the standard names */
                collection?: string;
                /** @description Only features of `collection` with this value of the property `kind` */
                kind?: string;
                /** @description Whether only features of `collection` with `aed: true` count */
                aed?: boolean;
                /** @description The kind of areas for which the answer has figures; `community` if absent */
                by?: components["schemas"]["ByBody"];
                /** @description The moment for which opening hours are read, RFC 3339; now if absent */
                at?: string;
                /** @description The most entries of each list in the answer; 100 if absent */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many people are covered, who is not, and how far the walks are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageAnswer"];
                };
            };
            /** @description A parameter is unknown or invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role planner or officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A parameter does not fit the map */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    coverage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CoverageBody"];
            };
        };
        responses: {
            /** @description How many people are covered, who is not, and how far the walks are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageAnswer"];
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong or does not fit the map */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    coverage_week: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CoverageBody"];
            };
        };
        responses: {
            /** @description `Location` names the job; its result is a `WeekAnswer` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong or does not fit the map */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account has reached its limit of unfinished jobs */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_scenarios: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The scenarios of all planners */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioList"];
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_scenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioWanted"];
            };
        };
        responses: {
            /** @description Saved; `Location` is the address of the scenario, `ETag` its version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scenario"];
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The scenarios have reached the limit of their number or total size */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description An edit does not fit the map, or a field is wrong; `errors` names each, such as `edits[3].feature.geometry` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_scenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the scenario */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The scenario; `ETag` is its version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scenario"];
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_scenario: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version that was read. If the scenario has another version, the answer is 412 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The id of the scenario */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioWanted"];
            };
        };
        responses: {
            /** @description Saved; `ETag` is the new version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scenario"];
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The scenarios have reached the limit of their total size */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The scenario has another version than `If-Match`; `saved_by` and `saved_at` say who saved it and when, `version` is its version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description An edit does not fit the map, or a field is wrong; `errors` names each */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_scenario: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version that was read. If the scenario has another version, the answer is 412 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The id of the scenario */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The scenario has another version than `If-Match`; `saved_by` and `saved_at` say who saved it and when, `version` is its version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_siting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanQuestion"];
            };
        };
        responses: {
            /** @description `Location` names the job; its result is a `SitingResult`, with `problem: "access"` an `AccessAnswer` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobShown"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role planner */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong, a constraint does not apply to the problem, or the request does not fit the map */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account has reached its limit of unfinished jobs */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    standards: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The standards with their sources */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StandardList"];
                };
            };
            /** @description Requires the role planner or officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_presets: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The presets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name: lower-case letters, digits and -, at most 40 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetWanted"];
            };
        };
        responses: {
            /** @description The saved preset */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The map has reached its limit of presets */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A name, title or setting is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the preset */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deletion is saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such preset */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_projects: {
        parameters: {
            query?: {
                /** @description The most projects in the answer; 200 without it */
                limit?: number;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The projects, from one state of the map */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectBoard"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rate_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the project */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectRatingBody"];
            };
        };
        responses: {
            /** @description The saved rating */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectRated"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description No such project */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The project is not done yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The stars or the key are missing or wrong; `errors` names them */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many ratings from one address; `Retry-After` says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    route: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RouteBody"];
            };
        };
        responses: {
            /** @description The route. `seq` is the commit that decided who may pass, `network_seq` the one from which the network was built */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["RouteAnswer"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such building, entrance or facility */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong, a position is far from every way, or nobody can get in: then `reason` says why, `gates` has the reason for each gate, and `nearest` which gate or hand-over point can be reached */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built, or too many large requests come at once; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The two files in force and the rules that result from them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulesInForce"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                /** @description A name or an address, at most 600 characters: `wqhy3` finds 温泉花园3号楼, `温泉花园3-2-501` also its unit and room; empty text finds nothing */
                q: string;
                /** @description Only these collections */
                collections?: string[];
                /** @description The most features; 10 if absent */
                limit?: number;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The features, the best first; the member `collection` names the collection of each. New names are found after a few seconds; the header `Onemap-Directory-Seq` says up to which commit. Features that were renamed, deleted or protected disappear at once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Found"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many searches at once; try again in a moment */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account of the request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in; the session cookie is set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The token, the name or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The request comes from a page of another site */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many failed sign-ins from one address; Retry-After says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed; the cookie of a new session is set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The caller is not signed in, or the old password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The account has no password; an administrator has to set the first one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The new password is too short or too long */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many failed sign-ins from one address; Retry-After says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_silences: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The silences */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceList"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_silence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SilenceBody"];
            };
        };
        responses: {
            /** @description Begun; Location is its address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is missing or wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_silence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The silence's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description The silence has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such silence */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    style: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `wall` (dark) or `light` */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A style document; its sources are the tiles of this service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description No such style */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    themes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The themes, in the order of `themes.toml` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThemeList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    theme: {
        parameters: {
            query?: {
                /** @description The kind of the areas; if absent, the first that the theme has. Cases by building: officers only */
                by?: components["schemas"]["ThemeBy"];
                /** @description The map as of this past moment, such as 2026-11-22T06:05:00Z */
                as_of?: string;
            };
            header?: never;
            path: {
                /** @description The id of the theme */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The values, classes and texts of the theme */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThemeMap"];
                };
            };
            /** @description A parameter is wrong, or the theme is not available by these areas */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such theme; `detail` lists the existing ones */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    several: {
        parameters: {
            query?: {
                /** @description The collections to draw; all, if absent */
                collections?: string[];
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description Zoom */
                z: number;
                /** @description Row, from the north */
                y: number;
                /** @description Column, from the west */
                x: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Mapbox Vector Tile with one layer for each collection */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.mapbox-vector-tile": Blob;
                };
            };
            /** @description There is no such tile */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such collection */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    trip: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TripBody"];
            };
        };
        responses: {
            /** @description The trip */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["TripAnswer"];
                };
            };
            /** @description The body cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description There is no such building, entrance or facility */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is wrong, there are no deliveries or more than 20, a position is far from every way, a door cannot be reached, or the time windows cannot all be kept: then `reason` says why */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The network is being built, or too many large requests come at once; Retry-After says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_warnings: {
        parameters: {
            query?: {
                /** @description The most features on the page; if absent, 10, and all for a sheet */
                limit?: number;
                /** @description The warnings at this past moment, such as 2026-11-22T06:05:00Z */
                as_of?: string;
                /** @description true: only cases that have not ended and are not pending review as possible spam */
                open?: boolean;
                /** @description json, html, or a sheet: csv, xlsx */
                f?: string;
                /** @description The language of a sheet: zh (the default) or en */
                lang?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The warnings; see the collection's items for all parameters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["CaseCollection"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_warning: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportBody"];
            };
        };
        responses: {
            /** @description The same report was sent before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Case"];
                };
            };
            /** @description The case, with `receipt`: the secret with which the reporter follows and rates it; and with `warnings` if its place lies far from everything on the map. Location is its address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Case"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=`. Contains the `receipt` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedReport"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires another role */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is missing or wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Too many requests from one address without an account; Retry-After says when to try again */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cases_of_caller: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallerBody"];
            };
        };
        responses: {
            /** @description At most 20 cases in the caller's communities. Numbers are kept for a limited time after a case has ended, so older cases are missing */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["CaseCollection"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer, and no read-only token */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The number is missing or not complete */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_duplicates: {
        parameters: {
            query: {
                /** @description The category that is reported */
                category: string;
                /** @description Longitude, WGS 84 degrees */
                lon?: number;
                /** @description Latitude, WGS 84 degrees */
                lat?: number;
                /** @description The id of a building, instead of a position */
                building?: string;
                /** @description The id of a case to leave out */
                except?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most ten cases with the properties `distance_m` and `hours_ago`. Below the role grid_worker only the category, the level and the distance are shown */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["DuplicateCollection"];
                };
            };
            /** @description A parameter is missing or wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_warnings: {
        parameters: {
            query?: {
                /** @description csv (the default) or xlsx */
                f?: string;
                /** @description The language of the sheet: zh (the default) or en */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Selection"];
            };
        };
        responses: {
            /** @description The sheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": Blob;
                };
            };
            /** @description A parameter is wrong, or there are too many ids */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_figures: {
        parameters: {
            query: {
                /**
                 * @description The month in China's time zone, such as 2026-11
                 * @example 2026-11
                 */
                month: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `{month, by: {community, unit, category: [row]}, total: row}`, each row `{key, name, reported, filed, rejected, closed, on_time, on_time_share, returned, reopened, rated, rating_mean, hours_to_close_median}`. Each number counts what happened in the month itself; the last seven members describe the cases that were closed in the month. `rounds` has the patrol rounds of each community. `previous` and `previous_rounds` have the same members for the month before, and `seq` is the commit as of which both were counted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonthReport"];
                };
            };
            /** @description The month is missing or not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role grid_worker */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_warnings: {
        parameters: {
            query?: {
                /** @description csv or xlsx, as older clients send it. The content decides */
                f?: string;
                /** @description true: write nothing and return what would be written */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The file. Required: 类别 Category, 上报时间 Reported at, and a place: 经度 and 纬度, 楼栋 Building or 地点 Place. Optional: 编号 ID, 单元 Building unit, 房间 Room, 状态 Status, 承办单位 Unit, 立案时间 Filed at, 派遣时间 Dispatched at, 办理期限 Due at, 处置时间 Handled at, 核查时间 Verified at, 结案时间 Closed at, 挂账至 Parked until, 说明 Note, 来源 Source, 热线工单号 Hotline number, 评分 Rating. A time without a zone is in China's time zone */
        requestBody: {
            content: {
                "text/csv": Blob;
            };
        };
        responses: {
            /** @description The result. If it has problems, nothing was written */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=`. The members are those of 200 */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedImport"];
                };
            };
            /** @description The file is not a sheet, or a parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description One of the cases was changed meanwhile; send the sheet again */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The file is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The body is a form; expected the file itself */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_template: {
        parameters: {
            query?: {
                /** @description The language of the sheet: zh (the default) or en */
                lang?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workbook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Blob;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_place: {
        parameters: {
            query?: {
                /** @description Longitude, WGS 84 degrees */
                lon?: number;
                /** @description Latitude, WGS 84 degrees */
                lat?: number;
                /** @description The id of a building, instead of a position */
                building?: string;
                /** @description The number of the unit of the building, such as 2 */
                building_unit?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The place */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportPlace"];
                };
            };
            /** @description A parameter is missing or wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_summary: {
        parameters: {
            query?: {
                /** @description The number of days, including today; 30 if absent */
                days?: number;
                /** @description Only these communities: the ids of their grids, separated by commas */
                community?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The present state and the last days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_warning: {
        parameters: {
            query?: {
                /** @description The same, in the address */
                receipt?: string;
                /** @description json (the default), or cap: a message of the Common Alerting Protocol 1.2 with public properties only */
                f?: string;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: {
                /** @description The receipt of the report, or its reading code */
                "Onemap-Receipt"?: string | null;
            };
            path: {
                /** @description The case's id, or its number such as 20261129-0042. If cases of several streets have the number, the receipt decides */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The case. Its ETag is the value of If-Match for an action */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Case"];
                };
            };
            /** @description The receipt does not belong to this case */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Cases of several streets have the number */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The case has more than 10,000 versions and cannot be written as CAP */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    act_on_warning: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read. If the resource was changed since, the answer is 412 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The case's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActionBody"];
            };
        };
        responses: {
            /** @description The case after the step, with `allowed` and `turn` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["Case"];
                };
            };
            /** @description Saved, but not yet visible on this server; read `location` with `?min-seq=` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The caller may not take this action; `allowed` lists those that they may take */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The status of the case does not allow the action; `allowed` lists those that it allows */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The case was changed meanwhile; `etag` is the present ETag */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description A field is missing or wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_contact: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The case's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contact of the reporter */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer, in this community */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erase_warning_contact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The case's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erased. The audit says who erased it. If an older backup is restored, the contact is erased again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer, in this community */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_history: {
        parameters: {
            query?: {
                /** @description json (the default) or csv */
                f?: string;
                /** @description The language of a sheet: zh (the default) or en */
                lang?: string;
                /** @description Only steps after this position: the `next` of the previous page */
                after?: string;
                /** @description The most steps on the page, up to 1,000 */
                limit?: number;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The case's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The steps. Names, texts and photos require the role grid_worker. For a sheet, the header Onemap-Next has the `next` of the following page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    warning_units: {
        parameters: {
            query?: {
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path: {
                /** @description The case's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The units with their reasons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnitRanking"];
                };
            };
            /** @description Requires an account */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Requires the role officer */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description No such case */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All webhooks, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            /** @description Requires the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookWanted"];
            };
        };
        responses: {
            /** @description Created; the secret is shown only in this answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookShown"];
                };
            };
            /** @description Requires the role admin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description The URL or an event is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The webhook's id */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description Only deliveries in this state: pending, delivered or dead */
                state?: string;
                /** @description The most deliveries, up to 1,000; 100 if absent */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The webhook's id */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deliveries of the last 30 days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description No such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_wishes: {
        parameters: {
            query?: {
                /** @description Only wishes of the community with this id. The totals are those of the whole map */
                community?: string;
                /** @description The most wishes in the answer; 200 without it */
                limit?: number;
                /** @description The number of a commit. The answer waits up to 5 s until this server has read the commit; otherwise it is 503. */
                "min-seq"?: components["parameters"]["min-seq"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The board, from one state of the ledger */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WishBoard"];
                };
            };
            /** @description A parameter is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of the node, also if the database is unreachable */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
