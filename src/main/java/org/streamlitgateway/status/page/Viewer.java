package org.streamlitgateway.status.page;

import java.util.List;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.status.SessionFilter;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.AuditEntry;
import org.streamlitgateway.status.action.FormFields;

/**
 * What one admin asked to see.
 *
 * @param token goes into each form
 * @param refreshes whether the page loads itself again every few seconds
 * @param asked action to ask for confirmation; {@code null} for the overview
 * @param askedFields parameters of that action
 * @param doneNumber number of the audit entry of the action that led here; 0 for none
 * @param audit the latest actions, the newest first
 */
record Viewer(
        Look look,
        SessionFilter filter,
        String token,
        boolean refreshes,
        ActionName asked,
        FormFields askedFields,
        long doneNumber,
        List<AuditEntry> audit) {}
